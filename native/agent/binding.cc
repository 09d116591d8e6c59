// The Ruby extension: marshalling only. Two rules keep Ruby and C++ apart:
//  - No C++ exception passes a Ruby frame: every method runs its C++ part in guarded(), which turns what is thrown, and
//    every Error, into an Outcome of plain memory.
//  - No longjmp of Ruby passes a C++ frame: Ruby functions that may raise are called only where nothing with a
//    destructor is alive; an Outcome has none.
#include <cstdlib>
#include <cstring>
#include <exception>

#include "agent/json.h"
#include "agent/runner.h"
#include "agent/version.h"
#include "diagnostics/diagnostic.h"
#include "values/json.h"

// Last: ruby.h makes macros of names of the C library, memcpy among them.
#include <ruby.h>
#include <ruby/thread.h>
#include <ruby/version.h>
#undef memcpy

namespace {

using plan::Error;
using plan::Result;
using plan::agent::Runner;

VALUE g_error = Qnil;      // PlanEngine::Error

// ------------------------------------------------------------------------------------------------ the border

struct Text {
  char* data = nullptr;
  std::size_t size = 0;
};

Text copy(std::string_view text) {
  Text copied{static_cast<char*>(std::malloc(text.size() + 1)), text.size()};
  if (copied.data == nullptr) std::abort();
  std::memcpy(copied.data, text.data(), text.size());
  return copied;
}

struct Outcome {
  enum class Kind { text, boolean, nothing, runner, failed } kind = Kind::nothing;
  Text text;                       // or the message
  Text code, help;
  bool boolean = false;
  Runner* runner = nullptr;
};

Outcome failure(const Error& error) {
  return {Outcome::Kind::failed, copy(error.message), copy(error.code), copy(error.help), false, nullptr};
}
Outcome outcome(const std::string& text) { return {Outcome::Kind::text, copy(text), {}, {}, false, nullptr}; }
Outcome outcome(const plan::Status& status) { return status ? Outcome{} : failure(status.error()); }

template <class F>
Outcome guarded(F&& body) {
  try {
    return body();
  } catch (const std::exception& bug) {
    return failure({"agent.bug", bug.what(), "this is a mistake of the module: report it, please"});
  }
}

VALUE to_ruby(Text text) {
  VALUE string = rb_utf8_str_new(text.data, static_cast<long>(text.size));
  std::free(text.data);
  return string;
}

[[noreturn]] void raise(const Outcome& outcome) {
  VALUE error = rb_exc_new_str(g_error, to_ruby(outcome.text));
  rb_ivar_set(error, rb_intern("@code"), to_ruby(outcome.code));
  rb_ivar_set(error, rb_intern("@help"), to_ruby(outcome.help));
  rb_exc_raise(error);
}

VALUE finish(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::failed: raise(outcome);
    case Outcome::Kind::text: return to_ruby(outcome.text);
    case Outcome::Kind::boolean: return outcome.boolean ? Qtrue : Qfalse;
    case Outcome::Kind::nothing:
    case Outcome::Kind::runner: break;
  }
  return Qnil;
}

// A String argument as it is now; raises a TypeError for anything else. What other Ruby code does to the argument
// afterwards (a `to_str` of the next one, another thread) does not change it.
VALUE frozen(VALUE string) {
  StringValue(string);
  return rb_str_new_frozen(string);
}

// Its bytes. The VALUE must stay alive meanwhile.
std::string_view view(VALUE string) {
  if (NIL_P(string)) return {};
  return {RSTRING_PTR(string), static_cast<std::size_t>(RSTRING_LEN(string))};
}

// ------------------------------------------------------------------------------------------------ the session object

void free_session(void* data) {
  auto* runner = static_cast<Runner*>(data);
  guarded([&] {
    delete runner;               // closes, quietly
    return Outcome{};
  });
}

const rb_data_type_t kSessionType = {
    "PlanEngine::Session", {nullptr, free_session, nullptr, nullptr, {nullptr}}, nullptr, nullptr, RUBY_TYPED_FREE_IMMEDIATELY};

Runner& runner_of(VALUE self) {
  auto* runner = static_cast<Runner*>(rb_check_typeddata(self, &kSessionType));
  if (runner == nullptr) rb_raise(g_error, "the session was never opened");
  return *runner;
}

VALUE session_start(VALUE self) {
  Runner& runner = runner_of(self);
  return finish(guarded([&] { return outcome(runner.start()); }));
}

VALUE session_event(int count, VALUE* arguments, VALUE self) {
  VALUE message = Qnil;
  VALUE data = Qnil;
  VALUE resource = Qnil;
  rb_scan_args(count, arguments, "12", &message, &data, &resource);
  message = frozen(message);
  if (!NIL_P(data)) data = frozen(data);
  if (!NIL_P(resource)) resource = frozen(resource);
  Runner& runner = runner_of(self);
  const Outcome done = guarded([&] {
    auto value = plan::agent::read_value(view(data), runner.resolver());
    if (!value) return failure(value.error());
    return outcome(runner.event(std::string(view(message)), *std::move(value), std::string(view(resource))));
  });
  RB_GC_GUARD(message);
  RB_GC_GUARD(data);
  RB_GC_GUARD(resource);
  return finish(done);
}

VALUE session_wants_event(VALUE self, VALUE message) {
  message = frozen(message);
  const std::string_view text = view(message);
  Runner& runner = runner_of(self);
  const Outcome done = guarded([&] {
    auto wanted = runner.wants_event(text);
    if (!wanted) return failure(wanted.error());
    return Outcome{Outcome::Kind::boolean, {}, {}, {}, *wanted, nullptr};
  });
  RB_GC_GUARD(message);
  return finish(done);
}

VALUE session_catalog_done(VALUE self, VALUE results) {
  results = frozen(results);
  const std::string_view text = view(results);
  Runner& runner = runner_of(self);
  const Outcome done = guarded([&] {
    auto read = plan::agent::read_catalog_done(text);
    return read ? outcome(runner.catalog_done(*std::move(read))) : failure(read.error());
  });
  RB_GC_GUARD(results);
  return finish(done);
}

VALUE session_synced(VALUE self, VALUE batch, VALUE results) {
  const std::uint64_t id = NUM2ULL(batch);
  results = frozen(results);
  const std::string_view text = view(results);
  Runner& runner = runner_of(self);
  const Outcome done = guarded([&] {
    auto read = plan::agent::read_results(text, runner.resolver());
    return read ? outcome(runner.synced(id, *std::move(read))) : failure(read.error());
  });
  RB_GC_GUARD(results);
  return finish(done);
}

VALUE session_leaving(VALUE self) {
  Runner& runner = runner_of(self);
  return finish(guarded([&] { return outcome(runner.leaving()); }));
}

VALUE session_status(VALUE self) {
  Runner& runner = runner_of(self);
  return finish(guarded([&] {
    std::string text;
    const auto status = runner.report([&](const plan::agent::Report& report) { text = plan::agent::write(report); });
    return status ? outcome(std::move(text)) : failure(status.error());
  }));
}

// What happened since the last call, as an array of lines; only of a session with "trace".
VALUE session_trace(VALUE self) {
  Runner& runner = runner_of(self);
  return finish(guarded([&] {
    const auto lines = runner.trace();
    return lines ? outcome(plan::agent::write(*lines)) : failure(lines.error());
  }));
}

// ------------------------------------------------------------------------------------------------ without the GVL

struct Unlocked {
  Runner* runner;
  std::chrono::milliseconds timeout;
  std::string_view config;
  Outcome outcome;
  bool ran;
  bool timed_out;
};

void* open_unlocked(void* data) {
  auto* call = static_cast<Unlocked*>(data);
  call->ran = true;
  call->outcome = guarded([&] {
    auto settings = plan::agent::read_settings(call->config);
    if (!settings) return failure(settings.error());
    auto runner = Runner::open(*std::move(settings));
    if (!runner) return failure(runner.error());
    return Outcome{Outcome::Kind::runner, {}, {}, {}, false, runner->release()};
  });
  return nullptr;
}

void* wait_unlocked(void* data) {
  auto* call = static_cast<Unlocked*>(data);
  call->ran = true;
  call->outcome = guarded([&] {
    std::string text;
    const auto status = call->runner->wait(call->timeout, [&](const plan::agent::Happening& happening) {
      call->timed_out = std::holds_alternative<plan::agent::TimedOut>(happening);
      text = plan::agent::write(happening);
    });
    return status ? outcome(std::move(text)) : failure(status.error());
  });
  return nullptr;
}

void* close_unlocked(void* data) {
  auto* call = static_cast<Unlocked*>(data);
  call->ran = true;
  call->outcome = guarded([&] { return outcome(call->runner->close()); });
  return nullptr;
}

void interrupt_wait(void* data) {
  auto* call = static_cast<Unlocked*>(data);
  guarded([&] {
    call->runner->interrupt();
    return Outcome{};
  });
}

// Runs what is not to be interrupted. An interrupt that was pending before is handled (and may raise) first.
void run_unlocked(void* (*body)(void*), Unlocked& call) {
  while (!call.ran) {
    rb_thread_call_without_gvl2(body, &call, nullptr, nullptr);
    if (!call.ran) rb_thread_check_ints();
  }
}

// It reads a file and compiles a plan: other threads of Ruby go on meanwhile. The object is there before the runner is,
// so that nothing can go wrong between the two.
VALUE session_open(VALUE klass, VALUE config) {
  config = frozen(config);
  VALUE self = TypedData_Wrap_Struct(klass, &kSessionType, nullptr);
  Unlocked call{nullptr, {}, view(config), {}, false, false};
  run_unlocked(open_unlocked, call);
  RB_GC_GUARD(config);
  if (call.outcome.kind == Outcome::Kind::failed) raise(call.outcome);
  RTYPEDDATA_DATA(self) = call.outcome.runner;
  return self;
}

// A signal or Thread#raise ends the wait; what it brings (a trap's block, a Timeout) Ruby does after we have returned.
//
// In slices: up to Ruby 3.2 a signal calls nobody's unblock function when the threads that were there as a wait began
// have ended meanwhile. The next slice sees it.
VALUE session_wait(VALUE self, VALUE seconds) {
  using std::chrono::milliseconds;
  using std::chrono::steady_clock;
  constexpr double kLongest = 1e9;
  constexpr milliseconds kSlice{200};
  const double time = NUM2DBL(seconds);
  const double bounded = time > 0 ? (time < kLongest ? time : kLongest) : 0;
  const auto deadline = steady_clock::now() + milliseconds(static_cast<std::int64_t>(bounded * 1000));
  Unlocked call{&runner_of(self), {}, {}, {}, false, false};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    call.timeout = left < kSlice ? left : kSlice;
    call.ran = call.timed_out = false;
    rb_thread_call_without_gvl2(wait_unlocked, &call, interrupt_wait, &call);
    if (!call.ran) return rb_utf8_str_new_lit(R"({"kind":"interrupted"})");
    if (!call.timed_out || steady_clock::now() >= deadline) break;
    std::free(call.outcome.text.data);
  }
  RB_GC_GUARD(self);
  return finish(call.outcome);
}

// An interrupt that raises leaves the session open: it is closed by the next call, or with the object.
VALUE session_close(VALUE self) {
  Unlocked call{&runner_of(self), {}, {}, {}, false, false};
  run_unlocked(close_unlocked, call);
  RB_GC_GUARD(self);
  return finish(call.outcome);
}

// ------------------------------------------------------------------------------------------------ module functions

// As JSON when `json`, else as text with carets.
VALUE check_bundle(VALUE bundle, bool json) {
  bundle = frozen(bundle);
  const std::string_view text = view(bundle);
  const Outcome done = guarded([&] {
    auto parsed = plan::values::parse_json(text, 64 * 1024 * 1024);
    if (!parsed) return failure(parsed.error());
    auto read = plan::engine::read_bundle(*parsed);
    if (!read) return failure(read.error());
    const auto compilation = plan::engine::compile(*read);
    const auto found = compilation.diagnostics.sorted();
    return outcome(json ? plan::diagnostics::render_json(found, *compilation.sources)
                        : plan::diagnostics::render_text(found, *compilation.sources));
  });
  RB_GC_GUARD(bundle);
  return finish(done);
}

VALUE engine_check(VALUE, VALUE bundle) { return check_bundle(bundle, true); }
VALUE engine_render(VALUE, VALUE bundle) { return check_bundle(bundle, false); }

void define_session(VALUE module) {
  VALUE session = rb_define_class_under(module, "Session", rb_cObject);
  rb_undef_alloc_func(session);
  rb_define_singleton_method(session, "open", session_open, 1);
  rb_define_method(session, "start", session_start, 0);
  rb_define_method(session, "event", session_event, -1);
  rb_define_method(session, "wants_event?", session_wants_event, 1);
  rb_define_method(session, "catalog_done", session_catalog_done, 1);
  rb_define_method(session, "synced", session_synced, 2);
  rb_define_method(session, "leaving", session_leaving, 0);
  rb_define_method(session, "wait", session_wait, 1);
  rb_define_method(session, "status", session_status, 0);
  rb_define_method(session, "trace", session_trace, 0);
  rb_define_method(session, "close", session_close, 0);
}

// ------------------------------------------------------------------------------------------------ which Ruby

#define PLAN_TEXT_OF(x) #x
#define PLAN_TEXT(x) PLAN_TEXT_OF(x)
constexpr char kRubyAbi[] = PLAN_TEXT(RUBY_API_VERSION_MAJOR) "." PLAN_TEXT(RUBY_API_VERSION_MINOR) "." PLAN_TEXT(RUBY_API_VERSION_TEENY);

// Another Ruby may lay out its objects in another way. Before anything else, and with nothing but what every Ruby has.
void refuse_other_ruby() {
  constexpr int built_for[] = {RUBY_API_VERSION_MAJOR, RUBY_API_VERSION_MINOR, RUBY_API_VERSION_TEENY};
  if (std::memcmp(ruby_api_version, built_for, sizeof built_for) == 0) return;
  rb_raise(rb_eLoadError, "it was built for Ruby's ABI %s", kRubyAbi);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void Init_plan_engine() {
  refuse_other_ruby();
  VALUE module = rb_define_module("PlanEngine");
  rb_define_const(module, "VERSION", rb_obj_freeze(rb_utf8_str_new_cstr(plan::agent::kVersion)));
  rb_define_const(module, "RUBY_ABI", rb_obj_freeze(rb_utf8_str_new_cstr(kRubyAbi)));
  g_error = rb_define_class_under(module, "Error", rb_eStandardError);
  rb_gc_register_mark_object(g_error);
  rb_define_attr(g_error, "code", 1, 0);
  rb_define_attr(g_error, "help", 1, 0);
  rb_define_singleton_method(module, "check", engine_check, 1);
  rb_define_singleton_method(module, "render", engine_render, 1);
  define_session(module);
}
