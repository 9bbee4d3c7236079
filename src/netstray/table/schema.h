#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netstray {

/// What a column holds. Numbers and integers are learned as numbers, categories as levels; times and addresses are
/// carried through.
enum class ColumnType { integer, number, category, time, address };

/// "integer", "number", ...
std::string_view name_of(ColumnType type) noexcept;
/// The reverse, or nothing. Also takes "text" for category.
std::optional<ColumnType> column_type(std::string_view name) noexcept;

struct Field {
  std::string name;
  ColumnType type;

  bool operator==(const Field&) const = default;
};

/// The names and types of a table's columns, in file order. Names are distinct.
class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Field> fields) : fields_(std::move(fields)) {}

  std::size_t size() const noexcept { return fields_.size(); }
  const Field& operator[](std::size_t column) const noexcept { return fields_[column]; }
  const std::vector<Field>& fields() const noexcept { return fields_; }
  std::vector<std::string> names() const;

  std::optional<std::size_t> find(std::string_view name) const noexcept;
  /// The column's index. Throws usage Error `no column "lable"; did you mean "label"? The columns are: ...`.
  std::size_t require(std::string_view name) const;

  bool operator==(const Schema&) const = default;

 private:
  std::vector<Field> fields_;
};

}  // namespace netstray
