// SPDX-License-Identifier: Apache-2.0
// A floating-point key would live in two places at once: 0.0 == -0.0, with different bytes. The
// author of the job reads one line that says so.
// expect: a key needs a canonical codec. see api/codec.hpp
#include "api/key.hpp"

int main() { weir::require_key_type<double>(); }
