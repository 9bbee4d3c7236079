#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "netstray/base/byte_source.h"
#include "netstray/table/schema.h"

namespace netstray {

/// The columns that a .names file of the KDD Cup or the UCI archive tells of.
struct NamesFile {
  std::vector<std::string> names;                          ///< in order; the label comes last
  std::map<std::string, ColumnType, std::less<>> numeric;  ///< the continuous ones
};

/// Reads lines `name: continuous.` and `name: symbolic.`, of which the first line lists the labels; adds a last column
/// "label". Throws Error `FILE:LINE: ...` for a line of another kind, and for a file over 1 MiB.
NamesFile read_names_file(std::unique_ptr<ByteSource> source);

}  // namespace netstray
