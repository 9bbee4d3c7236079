// CSV and its dialects.

#include "fuzz_target.h"
#include "netstray/table/csv.h"
#include "table_reading.h"

namespace netstray {
namespace {

CsvOptions options_of(unsigned choices) {
  CsvOptions options;
  options.skip_bad_rows = (choices & 1U) != 0;
  options.keep_text = (choices & 2U) != 0;
  if ((choices & 4U) != 0) options.header = CsvOptions::Header::absent;
  if ((choices & 8U) != 0) options.names = {"a", "b", "c"};
  if ((choices & 8U) != 0 && (choices & 4U) == 0) options.header = CsvOptions::Header::if_named;
  if ((choices & 64U) != 0) options.delimiter = ';';
  if ((choices & 128U) != 0) {
    options.expected.emplace("a", ColumnType::integer);
    options.rest_as_text = true;
  }
  return options;
}

}  // namespace
}  // namespace netstray

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  netstray::fuzz::read_both_ways<netstray::CsvReader>(netstray::fuzz::text_of(bytes, size), netstray::options_of);
  return 0;
}
