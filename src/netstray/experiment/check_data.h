#pragma once

#include <string>
#include <vector>

#include "netstray/experiment/experiment.h"

namespace netstray {

/// What an experiment would find in a folder of data.
struct DataCheck {
  struct Columns {
    std::string name;                  ///< of a source or table
    std::string path;                  ///< of a source: the file that would be read; "" = made up, and of tables
    std::vector<std::string> columns;  ///< in their order
  };
  std::vector<Columns> sources, tables;
};

/// Looks at the first rows of each source, and follows the columns through the tables' steps up to the studies: whether
/// all files are there, and all columns that the recipe names. Nothing is fitted, and no source is read to its end.
/// Throws Error with the place in the recipe for a column that is not there, or there twice; naming all that were
/// looked for where none of a source's files is there; and as TableSource.
DataCheck check_data(const Experiment& experiment, const std::string& data);

}  // namespace netstray
