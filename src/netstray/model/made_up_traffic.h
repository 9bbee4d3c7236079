#pragma once

#include <cstdint>

#include "netstray/table/table.h"

namespace netstray::made_up {

/// A small seeded table of quiet flows for tests: skewed and correlated numbers, a constant column, rates, categories,
/// ids. Columns: id, src_ip, duration, orig_bytes, resp_bytes, packets, error_rate, wrong, proto, service, label (all
/// "normal").
Table quiet_flows(std::size_t rows, std::uint64_t seed);

}  // namespace netstray::made_up
