#include "netstray/table/row_bytes.h"

namespace netstray {

double bytes_per_row(const Table& table) noexcept {
  return table.rows() == 0 ? 0 : static_cast<double>(table.memory_bytes()) / static_cast<double>(table.rows());
}

}  // namespace netstray
