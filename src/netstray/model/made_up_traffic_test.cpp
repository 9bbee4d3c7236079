// The made-up traffic of this module's tests; no test of its own.

#include "netstray/model/made_up_traffic.h"

#include <array>
#include <cmath>
#include <string>

#include <fmt/core.h>

#include "netstray/base/rng.h"

namespace netstray::made_up {

Table quiet_flows(std::size_t rows, std::uint64_t seed) {
  Table table(Schema({{"id", ColumnType::integer},
                      {"src_ip", ColumnType::address},
                      {"duration", ColumnType::number},
                      {"orig_bytes", ColumnType::integer},
                      {"resp_bytes", ColumnType::integer},
                      {"packets", ColumnType::integer},
                      {"error_rate", ColumnType::number},
                      {"wrong", ColumnType::integer},
                      {"proto", ColumnType::category},
                      {"service", ColumnType::category},
                      {"label", ColumnType::category}}));
  constexpr std::array<const char*, 5> kServices = {"http", "dns", "smtp", "ssh", "ntp"};
  Rng rng(seed);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t service = static_cast<std::size_t>(std::min<double>(4, rng.exponential() * 1.2));
    const double size = std::exp(rng.normal() * 0.8 + 6 + static_cast<double>(service));
    std::size_t column = 0;
    table.column(column++).append_decimal(static_cast<std::int64_t>(row + 1), 0);
    table.column(column++).append_text(fmt::format("10.0.0.{}", rng.below(200)));
    table.column(column++).append_number(std::round(1000 * rng.exponential()) / 1000);
    table.column(column++).append_decimal(std::llround(size), 0);
    table.column(column++).append_decimal(std::llround(size * (2 + rng.uniform())), 0);
    table.column(column++).append_decimal(2 + std::llround(size / 400), 0);
    table.column(column++).append_decimal(static_cast<std::int64_t>(rng.uniform() < 0.9 ? 0 : rng.below(40)), 2);
    table.column(column++).append_decimal(0, 0);
    table.column(column++).append_text(service == 1 || service == 4 ? "udp" : "tcp");
    table.column(column++).append_text(kServices[service]);
    table.column(column++).append_text("normal");
  }
  return table;
}

}  // namespace netstray::made_up
