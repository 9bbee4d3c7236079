#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/model/model.h"
#include "netstray/table/table.h"

namespace netstray {

/// What the user or the layout says of which columns to learn.
struct ColumnChoice {
  std::optional<std::string> label;  ///< never learned
  std::vector<std::string> drop;     ///< --drop
  std::vector<std::string> learn;    ///< --learn: exactly these, in spite of all rules below; empty = the rules decide
  std::vector<std::string> not_features;    ///< of the layout or feature set: never learned
  std::vector<std::string> features;        ///< of the feature set: learned, no rule by content
  std::string features_of = "this layout";  ///< whose these two are: for the reason why
  bool known_layout = false;                ///< all other columns are features: no rule by content
};

struct ColumnRoles {
  std::vector<std::size_t> learned;    ///< indices into the table, in its order
  std::vector<CarriedColumn> carried;  ///< all the others, with why
};

/// Whether a column's name says that it is a label: label, class, attack_cat, ...
bool looks_like_label(std::string_view name);

/// Decides which columns of a table are learned. Without a layout these are carried through instead: addresses, times,
/// row numbers (integers that count up by one; or all distinct under a name like id, index, row), categories with over
/// 256 values or with more values than half the rows (free text), flow ids by name, columns without any value, and
/// columns whose name says that they are a label (label, class, attack_cat, ...). Throws usage Error for an unknown
/// name, a label that is to be learned, and where nothing is left.
ColumnRoles choose_columns(const Table& table, const ColumnChoice& choice);

}  // namespace netstray
