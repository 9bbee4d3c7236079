#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/table/schema.h"

namespace netstray {

/// What is known of a published data set's files: names and types of the columns, which one is the label, which value
/// of it is normal, and the family of each attack.
struct Layout {
  std::string id;           ///< "kdd99", "nsl-kdd"
  std::string title;        ///< for people
  std::string feature_set;  ///< id of the feature set that its learned columns are: "kdd41-v1"
  Schema schema;            ///< in file order, label included
  std::string label_column;
  std::string normal_value;               ///< as in the file: "normal." for kdd99, "normal" for nsl-kdd
  std::vector<std::string> not_features;  ///< columns beside the label that are never learned (difficulty)

  /// Family ("dos", "probe", "r2l", "u2r") of an attack label with or without the final dot; "other" for a label not
  /// known.
  std::string family(std::string_view label) const;
};

/// The layouts that this program knows.
std::span<const Layout> layouts();
/// Throws usage Error with the nearest id and the list.
const Layout& layout(std::string_view id);
/// The layout whose shape this first row has (number of cells, and what stands in the cells that tell), or null: for
/// the hint.
const Layout* layout_like(std::span<const std::string> cells);

}  // namespace netstray
