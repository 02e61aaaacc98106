#pragma once
// How the lines are put together: the block of headers and its list of names, the canonical
// request, the string to sign. The mistakes that are made there, each with its cost (see
// alternative.hpp). Pure.

#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "diagnose/signature/alternative.hpp"

namespace jianmen::diagnose::signature {

// One header of SignedHeaders: the name as it arrived, and the value that is signed.
struct HeaderLine {
  std::string name;          // lower case, as in SignedHeaders
  std::string arrived_name;  // "X-Sdk-Date"
  std::string value;
};

// A way of writing names and values.
struct Form {
  enum class Order {
    Listed,
    Sorted,
    SortedAsWritten,
    Wire
  } block_order = Order::Listed,
    list_order = Order::Listed;
  enum class Case {
    Lower,
    Arrived,
    Title,
    Upper
  } block_case = Case::Lower,
    list_case = Case::Lower;
  std::string_view colon = ":", between = ";", after_list = "", after_value = "";
  bool lower_values = false;
  int leave_out = -1;              // index of a header that is not in the block …
  bool leave_out_of_list = false;  // … nor in the list
  bool leave_out_of_block = true;
  bool drop_empty = false;
  HeaderLine extra = {};  // one more, sorted in
  int cost = 0;
  Cause cause = Cause::Unknown;
  std::string_view habit = "";
};
std::vector<Form> header_forms(const Question& question, const std::vector<HeaderLine>& lines);
void write_headers(const Form& form, const std::vector<HeaderLine>& lines, const Question& question,
                   std::string& block, std::string& list);

struct Lines {
  std::string_view method, path, query, block, list, payload;
};

struct Frame {
  enum class Kind {
    Right,
    NoBlankLine,
    NoEmptyLines,
    TwoBlankLines,
    LineEnd,
    CarriageReturns,
    Crlf,
    CrOnly,
    NoQueryLine,
    NoList,
    NoHeaders,
    NoPayload,
    NoPayloadLineEnd,
    LeadingLineEnd,
    Unjoined,
    Bars,
    Blanks,
    BackslashN,
    BlankAfterQuery,
    ListBeforeHeaders,
    NoMethod,
    NoPath,
    HeadersJoined,
    PayloadLineEndCrlf
  } kind = Kind::Right;
  int cost = 0;
  std::string_view habit = "";
};
std::vector<Frame> frames();
void write_canonical(const Frame& frame, const Lines& lines, std::string& out);

struct ToSign {
  std::string algorithm, date, scope;
  std::string key_scope = {};                // V11: what the key is derived with
  crypto::Hash hash = crypto::Hash::Sha256;  // of the canonical request
  crypto::Hash mac = crypto::Hash::Sha256;
  enum class Digest {
    Lower,
    Upper,
    Base64,
    Raw,
    Twice,
    TwiceHex,
    Canonical,
    Nothing
  } digest = Digest::Lower;
  enum class Join {
    Lines,
    Crlf,
    None,
    BackslashN,
    Blanks,
    LineEnd,
    LineEndCrlf,
    DigestAlone,
    NoAlgorithm,
    NoDate,
    DateFirst
  } join = Join::Lines;
  std::string payload = "";  // of another hash; empty: the payload as it is
  int cost = 0;
  Cause cause = Cause::Unknown;
  std::string_view habit = "";
};
std::vector<ToSign> to_sign_forms(const Question& question);
// `digest` is that of `canonical`, by the form's hash.
void write_to_sign(const ToSign& form, std::string_view canonical, const crypto::Digest& digest,
                   std::string& out);

}  // namespace jianmen::diagnose::signature
