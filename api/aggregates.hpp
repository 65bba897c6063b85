// SPDX-License-Identifier: Apache-2.0
// All ready-made aggregates: count, sum, average, minimum, maximum, min_by, max_by, combine.
#pragma once

#include "api/aggregates/average.hpp"
#include "api/aggregates/combine.hpp"
#include "api/aggregates/count.hpp"
#include "api/aggregates/extreme.hpp"
#include "api/aggregates/sum.hpp"
