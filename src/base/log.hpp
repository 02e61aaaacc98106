#pragma once
// The log: key=value lines on standard error. Folders below `apps` return what happened and do not
// log, but for the request line (gateway) and background work (net, store). Secrets are a type that
// does not print. Thread safety: every function from any thread.

#include <string_view>

namespace jianmen::base::log {

enum class Level { Debug, Info, Warning, Error, Off };

void set_level(Level level);
bool enabled(Level level);
void write(Level level, std::string_view line);  // one line; control characters are escaped

inline void debug(std::string_view line) { write(Level::Debug, line); }
inline void info(std::string_view line) { write(Level::Info, line); }
inline void warning(std::string_view line) { write(Level::Warning, line); }
inline void error(std::string_view line) { write(Level::Error, line); }
void flush();

}  // namespace jianmen::base::log
