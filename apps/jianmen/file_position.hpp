#pragma once
// Where a path of a document ("users[1].groups[0]") stands in its file, YAML or JSON (which is read
// as YAML).

#include <memory>
#include <string>
#include <string_view>

namespace jianmen::app {

class FilePositions {
 public:
  explicit FilePositions(const std::string& file);
  ~FilePositions();

  // "12:5": line and column of the deepest part of the path that is there; "1:1" for the document.
  std::string find(std::string_view path) const;

 private:
  struct Document;
  std::unique_ptr<Document> document_;
};

}  // namespace jianmen::app
