// Does a job of the library's once for each line of standard input and prints the seconds that it took, for
// benchmarks/compare.py:
//
//   netstray_job read|encode FILE LAYOUT
//   netstray_job meter CAPTURE MEGABYTES
//   netstray_job forest-fit|forest-score|forest-one|forest-batch FILE LAYOUT ROWS file-order|shuffled
//   netstray_job fit|score DETECTOR MATRIX.f32 ROWS COLUMNS [--labels FILE.u8] [key=value...]
//   netstray_job elbow|tsne MATRIX.f32 ROWS COLUMNS
//
// meter reads a capture and meters it into flows, which it throws away, with so much memory for the flows.
// forest-one gives the .99 quantile of the seconds of scoring one row, forest-batch the seconds a row in batches of 64.

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "benchmarks/served_job.h"
#include "netstray/base/error.h"
#include "netstray/base/instruction_set.h"
#include "netstray/base/memory.h"

namespace netstray {
namespace {

void run(const std::vector<std::string>& words) {
  if (words.empty()) throw usage_error("name a job");
  limit_instruction_set_from_environment();
  for (const auto& find : {table_job, packet_job, forest_job, detector_job, picture_job}) {
    if (const Job job = find(words)) return serve(job);
  }
  throw usage_error("no such job: " + words[0]);
}

}  // namespace
}  // namespace netstray

int main(int argc, char** argv) {
  try {
    netstray::keep_freed_memory();
    netstray::run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "netstray_job: %s\n", error.what());
    return 1;
  }
}
