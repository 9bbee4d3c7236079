#pragma once

#include <optional>
#include <string>

#include "netstray/base/error.h"
#include "netstray/experiment/experiment.h"
#include "netstray/source/table_source.h"

namespace netstray {

/// The first of a source's files that is there, below `data` (or as it stands, where it is absolute). Nothing where
/// none is.
std::optional<std::string> source_path(const SourceSpec& source, const std::string& data);

/// What to say where none is, and none can be made up: names all that were looked for.
Error missing_source(const SourceSpec& source, const std::string& data);

/// How a table is read as the recipe says.
SourceOptions source_options(const SourceSpec& source);

}  // namespace netstray
