#include "netstray/base/write_lines.h"

#include <algorithm>
#include <vector>

#include "netstray/base/parallel.h"

namespace netstray {

void write_lines(OutputFile& out, std::size_t count,
                 const std::function<void(std::size_t row, std::string& text)>& append) {
  constexpr std::size_t kRowsPerText = 2048;
  constexpr std::size_t kTextsPerThread = 8;
  std::vector<std::string> texts(kTextsPerThread * threads());
  const std::size_t rows_at_once = kRowsPerText * texts.size();
  for (std::size_t done = 0; done < count; done += rows_at_once) {
    const std::size_t rows = std::min(rows_at_once, count - done);
    parallel_for(rows, kRowsPerText, [&](std::size_t begin, std::size_t end) {
      std::string& text = texts[begin / kRowsPerText];
      text.clear();
      for (std::size_t row = begin; row < end; ++row) append(done + row, text);
    });
    const std::size_t used = (rows + kRowsPerText - 1) / kRowsPerText;
    for (std::size_t i = 0; i < used; ++i) out.write(texts[i]);
  }
}

}  // namespace netstray
