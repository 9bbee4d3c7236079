#pragma once

#include <string>
#include <string_view>

#include "netstray/experiment/experiment.h"
#include "netstray/report/experiment_result.h"
#include "netstray/source/layout.h"
#include "netstray/table/table.h"

namespace netstray {

/// A source's rows in memory.
struct ReadSource {
  Table table;
  SourceResult result;
  const Layout* layout = nullptr;  ///< as the recipe names it; null = none
};

/// The source of that name. Throws Error where there is none.
const SourceSpec& source_named(const Experiment& experiment, std::string_view name);

/// Reads the first of the source's files that is there, or makes rows up where none is and the recipe says how. Throws
/// Error naming all files that were looked for, and as load_table.
ReadSource read_source(const SourceSpec& source, const Experiment& experiment, const std::string& data);

}  // namespace netstray
