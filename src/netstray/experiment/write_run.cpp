#include "netstray/experiment/write_run.h"

#include <vector>

#include <fmt/core.h>

#include "netstray/base/output_file.h"
#include "netstray/base/write_lines.h"
#include "netstray/report/chart.h"
#include "netstray/report/experiment_json.h"
#include "netstray/report/experiment_page.h"
#include "netstray/table/csv_writer.h"

namespace netstray {
namespace {

std::string scored_name(const ExperimentResult& result, const std::string& study) {
  return result.studies.size() == 1 ? "scored.csv" : fmt::format("scored-{}.csv", file_name_of(study));
}

std::string scored_header(const Table& table, bool several, const std::vector<const DetectorResult*>& detectors) {
  std::string header = several ? "source,source_row" : "source_row";
  for (const auto& field : table.schema().fields()) {
    header += ',';
    append_csv_cell(header, field.name);
  }
  for (const DetectorResult* detector : detectors) {
    for (const char* what : {" score", " verdict"}) {
      header += ',';
      append_csv_cell(header, detector->name + what);
    }
  }
  return header + '\n';
}

void write_scored(const ExperimentResult& result, const StudyRows& rows, const RunFolder& folder) {
  const StudyTable& study = *rows.study;
  const MadeTable& made = *study.made;
  std::vector<const DetectorResult*> detectors;
  for (const auto& detector : result.detectors) {
    if (detector.study == study.spec->name) detectors.push_back(&detector);
  }
  const bool several = made.sources.names.size() > 1;
  OutputFile out(folder.file(scored_name(result, study.spec->name)));
  out.write(scored_header(made.table, several, detectors));
  write_lines(out, rows.split.test.size(), [&](std::size_t index, std::string& text) {
    const std::uint32_t row = rows.split.test[index];
    if (several) {
      append_csv_cell(text, made.sources.names[made.sources.of_row[row]]);
      text += ',';
    }
    fmt::format_to(std::back_inserter(text), "{}", made.source_row[row] + std::uint64_t{1});
    for (std::size_t column = 0; column < made.table.columns(); ++column) {
      text += ',';
      const Column& values = made.table.column(column);
      if (values.type() == ColumnType::category || values.type() == ColumnType::address) {
        append_csv_cell(text, values.text(row));
      } else {
        values.write_text(row, text);
      }
    }
    for (const DetectorResult* detector : detectors) {
      fmt::format_to(std::back_inserter(text), ",{:.9g},{}", detector->scores[index], detector->verdicts[index]);
    }
    text += '\n';
  });
  out.commit();
}

}  // namespace

void write_run(const ExperimentResult& result, const std::map<std::string, StudyRows>& rows, const RunFolder& folder) {
  const ExperimentReport report = experiment_report(result);
  folder.write("report.html", report.page);
  for (const auto& picture : report.pictures) {
    folder.write(fmt::format("figures/{}.svg", picture.name), standalone_svg(picture.svg));
    folder.write(fmt::format("figures/{}.csv", picture.name), picture.csv);
  }
  for (const auto& table : report.tables) {
    folder.write(fmt::format("tables/{}.csv", table.name), csv_of(table));
    folder.write(fmt::format("tables/{}.tex", table.name), latex_of(table));
  }
  folder.write("results.json", experiment_json(result));
  for (const auto& [name, parted] : rows) write_scored(result, parted, folder);
}

}  // namespace netstray
