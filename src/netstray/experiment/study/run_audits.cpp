#include "netstray/experiment/study/run_audits.h"

#include <algorithm>
#include <utility>

#include "netstray/evaluate/study_audits.h"

namespace netstray {
namespace {

template <typename Fact>
void add_new(std::vector<Fact>& all, const std::vector<Fact>& more) {
  for (const auto& fact : more) {
    if (std::ranges::find(all, fact) == all.end()) all.push_back(fact);
  }
}

void add_numbered(const MadeTable& made, const StudyRows& rows, std::vector<NumberedFacts>& all) {
  for (NumberedFacts fact : made.numbered) {
    fact.learned_as_number = std::ranges::any_of(
        rows.columns, [&](std::size_t column) { return made.table.schema()[column].name == fact.column; });
    const auto known = std::ranges::find(all, fact.column, &NumberedFacts::column);
    if (known == all.end()) {
      all.push_back(std::move(fact));
    } else {
      known->learned_as_number = known->learned_as_number || fact.learned_as_number;
    }
  }
}

/// The study of all of these detectors, where it is one.
std::string common_study(const std::vector<std::string>& names, const std::vector<DetectorFacts>& detectors) {
  std::string study;
  for (const auto& name : names) {
    const auto found = std::ranges::find(detectors, name, &DetectorFacts::name);
    if (found == detectors.end() || (!study.empty() && study != found->study)) return "";
    study = found->study;
  }
  return study;
}

}  // namespace

std::vector<AuditResult> audit_run(const Experiment& experiment, std::vector<DetectorFacts> detectors,
                                   TableStore& tables, const std::map<std::string, StudyRows>& first_rows) {
  StudyFacts facts;
  facts.detectors = std::move(detectors);
  for (const auto& spec : experiment.studies) {
    const MadeTable& made = tables.table(spec.table);
    add_new(facts.joins, made.joins);
    add_numbered(made, first_rows.at(spec.name), facts.numbered);
    add_new(facts.lags, made.lags);
    add_new(facts.samplings, made.samplings);
  }
  std::vector<AuditResult> audits;
  for (auto& audit : audit_study(facts)) {
    AuditResult found;
    if (audit.of.size() == 1) found.detector = audit.of.front();
    found.study = common_study(audit.of, facts.detectors);
    found.audit = std::move(audit);
    audits.push_back(std::move(found));
  }
  return audits;
}

}  // namespace netstray
