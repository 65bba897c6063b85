# SPDX-License-Identifier: Apache-2.0
# Sourced by tests of jobs with TLS: certificates that are made when they are needed.

# authority NAME: the files NAME.key and NAME.pem.
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 \
    -keyout "$1.key" -out "$1.pem" -subj "/CN=$(basename "$1")" 2>/dev/null
}
# certificate NAME AUTHORITY [DAYS]: the files NAME.key and NAME.pem, signed by that authority.
certificate() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$1.key" -out "$1.csr" -subj "/CN=$(basename "$1")" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial \
    -days "${3:-1}" -out "$1.pem" 2>/dev/null
}
