#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/table/table.h"

namespace netstray {

/// The truth about rows: labels, and the family of each row's attack ("normal" for normal rows).
struct Truth {
  std::vector<std::uint8_t> labels;
  std::vector<std::string> families;  ///< one a row; empty where there are no families
  std::string label_column;
  std::string normal_value;
};

/// The truth that a table's label column tells: rows whose text there is `normal_value` are normal, all others are
/// anomalies, of the family that `family` gives for the text (no families where it is empty). Any type of column
/// serves: a 0/1 column has the normal value "0". The normal value "-" (or "") means rows without a label. Throws usage
/// Error where there is no such column (with the nearest name) or no row holds `normal_value` (with the most frequent
/// values), and Error where cells of it are missing.
Truth make_truth(const Table& table, const std::string& label_column, const std::string& normal_value,
                 const std::function<std::string(std::string_view label)>& family = {});

}  // namespace netstray
