#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/table/schema.h"

namespace netstray {

/// The delimiter among , ; tab | that cuts the first line of `text` into `columns` cells, or (0 = not known) into the
/// most; the comma where none is there.
char find_delimiter(std::string_view text, std::size_t columns);

/// The first of `names` (its index) that is empty or has stood there before.
struct NameProblem {
  std::size_t index;
  std::optional<std::size_t> same_as;  ///< absent: the name is empty
};
std::optional<NameProblem> find_name_problem(std::span<const std::string> names);

/// Whether most of the cells are the names that were expected, without regard to case.
bool is_header_of(std::span<const std::string> cells, std::span<const std::string> names);

/// Whether most of the cells are numbers, which column names are not.
bool most_are_numbers(std::span<const std::string> cells);

}  // namespace netstray
