#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/table/csv_scanner.h"
#include "netstray/table/epoch.h"
#include "netstray/table/missing_markers.h"
#include "netstray/table/table.h"

namespace netstray {

/// Why a cell does not fit its column.
struct CellProblem {
  std::string_view reason;  ///< a stable name: "not a number", "not an integer", "number too large", "not a time"
  std::size_t column = 0;   ///< from 0
  std::string found;
  std::string expected;
};

/// How sure a column's type is: given types stay, found ones may still widen from integer to number, and an undecided
/// one (no value seen yet) is decided by its first value.
enum class TypeCertainty : std::uint8_t { given, found, undecided };

struct ColumnPlan {
  Field field;
  TypeCertainty certainty = TypeCertainty::given;
};

/// Turns rows of cells into rows of a table by the type of each column.
class RowReader {
 public:
  RowReader(const std::vector<ColumnPlan>& plans, MissingMarkers markers);

  const Schema& schema() const noexcept { return schema_; }
  /// From now on undecided columns are numbers.
  void settle();

  enum class Kind : std::uint8_t { integer, number, text, time, undecided };
  /// How the column's cells are read by now.
  Kind kind(std::size_t index) const noexcept { return states_[index].kind; }
  const MissingMarkers& markers() const noexcept { return markers_; }
  /// Whether the other one, which began as this one did, would read all cells in the same way from now on.
  bool agrees_with(const RowReader& other) const noexcept { return states_ == other.states_; }

  /// Appends one cell to its column; false, and nothing done, where it does not fit.
  bool append_cell(std::size_t index, std::string_view cell, Table& table);
  /// Appends the scanner's row, which has as many cells as the schema fields, to `table`, which has this schema; where
  /// a column's type changes, it changes in both. Appends nothing where there is a problem.
  std::optional<CellProblem> append(CsvScanner& row, Table& table);
  /// The same with these cells; nothing is a missing value.
  std::optional<CellProblem> append(std::span<const std::optional<std::string_view>> cells, Table& table);

 private:
  struct ColumnState {
    Kind kind = Kind::undecided;
    bool fixed = false;
    std::optional<EpochUnit> unit = std::nullopt;

    bool operator==(const ColumnState&) const = default;
  };

  CellProblem take_back(std::size_t cells, Table& table);
  bool append_unusual_number(std::size_t index, std::string_view cell, Table& table);
  bool append_time(std::size_t index, std::string_view cell, Table& table);
  bool append_undecided(std::size_t index, std::string_view cell, Table& table);
  bool refuse(std::size_t index, std::string_view reason, std::string_view cell, std::string expected);
  void set_type(std::size_t index, ColumnType type);
  static Kind kind_of(ColumnType type) noexcept;

  Schema schema_;
  std::vector<ColumnState> states_;
  MissingMarkers markers_;
  std::optional<CellProblem> problem_;
};

}  // namespace netstray
