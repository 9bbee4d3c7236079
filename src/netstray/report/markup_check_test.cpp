#include "netstray/report/markup_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <gtest/gtest.h>

namespace netstray {
namespace {

constexpr std::array<std::string_view, 3> kVoid = {"meta", "br", "!DOCTYPE"};
constexpr std::array<std::string_view, 5> kEntities = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

bool known_entity(std::string_view text) {
  return std::any_of(kEntities.begin(), kEntities.end(), [&](auto entity) { return text.starts_with(entity); });
}

std::string name_of_tag(std::string_view tag) {
  std::size_t end = tag.starts_with('/') ? 1 : 0;
  while (end < tag.size() && (std::isalnum(static_cast<unsigned char>(tag[end])) != 0 || tag[end] == '!')) ++end;
  return std::string(tag.substr(0, end));
}

/// The end of the tag that begins at text[0] == '<': quotes may hold '>'.
std::size_t tag_end(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && i > 0 && text[i] == '<') return std::string_view::npos;
    if (!quoted && text[i] == '>') return i;
  }
  return std::string_view::npos;
}

}  // namespace

std::string markup_fault(std::string_view text) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (rest[0] != '&' && rest[0] != '<') continue;
    const std::string around = " at \"" + std::string(rest.substr(0, 40)) + "\"";
    if (rest[0] == '&' && !known_entity(rest)) return "bare &" + around;
    if (rest[0] == '&') continue;
    const std::size_t end = tag_end(rest);
    if (end == std::string_view::npos) return "tag without end" + around;
    const std::string_view tag = rest.substr(1, end - 1);
    const std::string name = name_of_tag(tag);
    if (name.empty()) return "bare <" + around;
    at += end;
    if (name.front() == '/') {
      if (open.empty() || "/" + open.back() != name) return "unexpected end tag" + around;
      open.pop_back();
    } else if (!tag.ends_with('/') && std::find(kVoid.begin(), kVoid.end(), name) == kVoid.end()) {
      open.push_back(name);
      if (name == "style") at = text.find("</style>", at) - 1;
    }
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

namespace {

TEST(MarkupFault, IsFoundWhereThereIsOne) {
  EXPECT_EQ(markup_fault("<!DOCTYPE html><p class=\"a>b\">1 &lt; 2<br><svg/></p>"), "");
  EXPECT_NE(markup_fault("<p><b></p></b>"), "");
  EXPECT_NE(markup_fault("<p>"), "");
  EXPECT_NE(markup_fault("</p>"), "");
  EXPECT_NE(markup_fault("a & b"), "");
  EXPECT_NE(markup_fault("1 < 2"), "");
  EXPECT_NE(markup_fault("<p class=\"a\"\">"), "");
}

}  // namespace
}  // namespace netstray
