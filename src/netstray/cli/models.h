#pragma once

#include <string>
#include <vector>

#include "netstray/model/model.h"
#include "netstray/report/findings.h"
#include "netstray/source/table_source.h"

namespace netstray {

/// Opens rows for a model as a stream, their text kept. Where the model's columns are not there, the Error says what
/// would help (the layout that it was trained with).
TableSource open_for_model(const std::string& path, const SourceOptions& options, const Model& model,
                           const Schema& expected);

/// The whole table, for a model; the same errors.
LoadedTable load_for_model(const std::string& path, const SourceOptions& options, const Model& model);

/// A row's values in the carried columns that the table has, for people to know the row by.
std::vector<NamedValue> carried_values(const Table& table, const std::vector<CarriedColumn>& carried, std::size_t row);

}  // namespace netstray
