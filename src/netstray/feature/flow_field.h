#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/flow/record.h"
#include "netstray/table/column.h"
#include "netstray/table/schema.h"

namespace netstray {

/// What a column of flows is for: `learned` says how a flow behaved; `carried` says which one it is (time, addresses,
/// numbers chosen anew for each), so that a model which learned it would know the flows of its training by name.
enum class FieldUse : std::uint8_t { learned, carried };

/// "learned", "carried".
std::string_view name_of(FieldUse use) noexcept;

/// A column that flows can become: all that docs/conn-v1.md tells of it, and how it is filled.
struct FlowField {
  std::string_view name;
  ColumnType type;
  std::string_view unit;  ///< "s", "bytes", "packets"; empty where there is none
  FieldUse use;
  std::string_view meaning;
  std::string_view formula;  ///< how it comes from packets; empty where the meaning says it
  /// Appends the values of these flows to a column of this type.
  void (*append)(Column& column, std::span<const FlowRecord> records);
};

/// A named, versioned choice of fields that models are trained on. What an id stands for never changes: another choice,
/// or another formula, is another id.
struct FeatureSet {
  std::string_view id;       ///< "conn-v1"
  std::string_view summary;  ///< one line
  std::span<const FlowField> fields;
};

/// All sets, and the fields that stand in none of them because only our own meter knows them.
std::span<const FeatureSet> feature_sets() noexcept;
std::span<const FlowField> further_fields() noexcept;

/// Throws usage Error with the nearest id and the list.
const FeatureSet& feature_set(std::string_view id);
/// The field of this name, of a set or a further one, or null.
const FlowField* find_field(std::string_view name) noexcept;
/// The first set all of whose fields are columns of this table, by name, or null.
const FeatureSet* feature_set_of(const Schema& schema) noexcept;
/// Names of the fields, further ones among them, that are carried through.
std::vector<std::string> carried_fields();

/// The fields that a list names, in its order, each once: names of fields and ids of sets, joined by commas; "all" for
/// every field there is. Throws usage Error for an unknown name, with the nearest, and for an empty list.
std::vector<const FlowField*> choose_fields(std::string_view list);

}  // namespace netstray
