#pragma once
// Prometheus' text format 0.0.4: families, each with its help and type, then its samples.
//   Text text;
//   text.family("jianmen_requests_total", "counter", "Requests that were answered.");
//   text.sample({{"operation", "ecs:ListServersDetails"}}, 12);
//   std::move(text).finish()

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/histogram.hpp"

namespace jianmen::metrics {

inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

class Text {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // `type`: counter, gauge or histogram. The samples that follow are its own.
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(Labels labels, std::uint64_t value);
  void sample(Labels labels, double value);
  // A histogram's buckets in seconds, its sum and its count.
  void histogram(Labels labels, const Durations& durations);

  std::string finish() && { return std::move(out_); }

 private:
  void line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);

  std::string out_, name_;
};

}  // namespace jianmen::metrics
