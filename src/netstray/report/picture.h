#pragma once

#include <string>
#include <string_view>

namespace netstray {

/// A chart together with the numbers it was drawn from, so that neither goes anywhere without the other.
struct Picture {
  std::string name;     ///< of its files, figures/NAME.svg and figures/NAME.csv: see file_name_of
  std::string caption;  ///< a sentence under it, may be empty
  std::string svg;      ///< an <svg> element without looks of its own (chart_css); standalone_svg makes a file of it
  std::string csv;      ///< RFC 4180, UTF-8, '\n' at line ends; the first line names the columns; numbers in full
                        ///< precision, an empty cell where a number is none (NaN or infinite)
};

/// What a picture is called. Every function of charts/ takes one.
struct Heading {
  std::string name;          ///< as Picture::name
  std::string title = {};    ///< drawn above the chart; where empty, each function has a title of its own
  std::string caption = {};  ///< as Picture::caption
};

/// The names of the two classes, as a reader should see them.
struct ClassNames {
  std::string normal = "normal";
  std::string attack = "attack";
};

/// Text as part of a file's name: lower case ASCII letters and digits, all else one '-' between them; at most 60
/// bytes; "picture" where nothing is left.
std::string file_name_of(std::string_view text);

}  // namespace netstray
