# Everything comes from Debian (tools/setup installs it); nothing is fetched here.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(GEOGRAPHICLIB REQUIRED IMPORTED_TARGET geographiclib)
pkg_check_modules(MAXMINDDB REQUIRED IMPORTED_TARGET libmaxminddb)

# What `netstray doctor` says that it was built with.
string(CONCAT NETSTRAY_LIBRARIES "fmt ${fmt_VERSION}, ISA-L ${ISAL_VERSION}, zstd ${ZSTD_VERSION}, simdjson ${SIMDJSON_VERSION}, xxHash ${XXHASH_VERSION}, libpcap ${PCAP_VERSION}, "
  "GeographicLib ${GEOGRAPHICLIB_VERSION}, libmaxminddb ${MAXMINDDB_VERSION}, toml++ ${TOMLPLUSPLUS_VERSION}, "
  "Eigen ${Eigen3_VERSION}, nlohmann-json ${nlohmann_json_VERSION}, CLI11 ${CLI11_VERSION}")
