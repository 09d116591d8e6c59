#!/usr/bin/env ruby
# frozen_string_literal: true

# Asks the installed Puppet what types, operators and functions make of values, and writes its answers as a table that
# the unit tests compare with: oracle.rb > native/tests/testdata/puppet/oracle.tsv
# Values are written as JSON in Puppet's rich data form, an error as "!" with the name of Puppet's issue, if it has one.

require 'json'
require 'tmpdir'
require 'puppet'
require 'puppet_pal'

TYPES = %w[
  Any Undef Default Boolean Boolean[true] Integer Integer[0,5] Integer[default,5] Integer[3] Float Float[0.0,1.5] Numeric
  String String[1] String[1,3] Enum['a','b'] Enum['a','B',true] Enum Pattern[/^a/,/b$/] Pattern Regexp Regexp[/a.b/]
  Scalar ScalarData Data RichData Collection Collection[1,2] Iterable Iterable[Integer] Array Array[Integer]
  Array[Integer,1] Array[String[1],1,3] Array[0,0] Array[Integer[0,5]] Tuple[Integer,String] Tuple[Integer,String,1,4]
  Tuple[String,1] Hash Hash[String,Integer] Hash[Integer,String] Hash[String,Integer,1,2] Hash[0,0] Struct[{'a'=>Integer}]
  Struct[{'a'=>Integer,'b'=>Optional[String]}] Struct[{Optional['a']=>Integer}] Struct[{NotUndef['a']=>Optional[Integer]}]
  Optional Optional[Integer] Optional['x'] NotUndef NotUndef[Integer] NotUndef[Optional[Integer]] Variant
  Variant[Integer,String] Variant[Integer,Undef] Variant[String,Variant[Integer,Float]] Sensitive Sensitive[String]
  Type Type[Integer] Timespan Timestamp Binary SemVer SemVerRange
].freeze

VALUES = [
  'undef', 'default', 'true', 'false', '0', '5', '-3', '9223372036854775807', '0.5', '1.0', '1.0e20', '1.5e-7', "''", "'a'", "'ab'", "'B'",
  "'abc é'", '/a.b/', '[]', '[1]', '[1, 2.5]', "[1, 'a']", "['a', 'b']", '[[1], [2, 3]]', '[undef, 1]', '[undef]', '{}',
  "{'a' => 1}", "{'a' => 1, 'b' => 'x'}", "{'a' => undef}", "{1 => 'a'}", "{1 => 'a', 'b' => 2}", "{'a' => {'b' => [1, true]}}",
  "Sensitive('x')", 'Timespan(90)', "Timestamp('2024-05-06T07:08:09 UTC')", "Binary('aGk=')", "SemVer('1.2.3')",
  "SemVerRange('>=1.0.0')"
].freeze

OPERANDS = ['1', '7', '-7', '0', '2.5', '9223372036854775807', "'a'", "'A'", "'10'", 'undef', 'true', '[1, 2]', '[[3, 4]]', "['a', 1]",
            "{'a' => 1}", "{'a' => 2, 'b' => 1}", '/a/', 'default', 'Timespan(3)', "'b'", '{1 => 2}', '[]', '63'].freeze
OPERATORS = ['+', '-', '*', '/', '%', '<<', '>>', '==', '<', '<=', '>', '>=', 'in', '=~'].freeze

ACCESS = [
  ["'hello'", '[1]'], ["'hello'", '[-2]'], ["'hello'", '[9]'], ["'hello'", '[1, 3]'], ["'hello'", '[-3, -1]'], ["'hello'", '[1, -2]'],
  ["'hello'", '[-9, 6]'], ["'hello'", "['1']"], ["'hello'", '[1.5]'], ["'é€x'", '[1]'], ['[1, 2, 3]', '[0]'], ['[1, 2, 3]', '[-1]'],
  ['[1, 2, 3]', '[5]'], ['[1, 2, 3]', '[1, 2]'], ['[1, 2, 3]', '[1, -1]'], ['[1, 2, 3]', '[-2, 2]'], ['[1, 2, 3]', '[3, 1]'],
  ['[1, 2, 3]', '[9, 1]'], ['[1, 2, 3]', "['0']"], ['[1, 2, 3]', '[0.0]'], ['[1, 2, 3]', '[1, 2, 3]'], ["{'a' => 1, 'b' => 2}", "['a']"],
  ["{'a' => 1, 'b' => 2}", "['c']"], ["{'a' => 1, 'b' => 2}", "['a', 'c', 'b']"], ["{1 => 'x'}", '[1]'], ["{1 => 'x'}", '[1.0]'],
  ['5', '[1]'], ['undef', '[1]'], ['true', '[0]']
].freeze

CALLS = [
  ['length', "'é€'"], ['length', '[1, 2]'], ['length', "{'a' => 1}"], ['length', '5'], ['size', "'ab'"], ['empty', "''"], ['empty', '[]'],
  ['empty', 'undef'], ['empty', '5'], ['keys', "{'a' => 1, 2 => 3}"], ['values', "{'a' => 1, 2 => 3}"], ['keys', '[1]'],
  ['join', "['a', 'b']", "','"], ['join', '[1, [2, [3]], undef]', "'-'"], ['join', "['a']"], ['join', "'a'"],
  ['sort', '[3, 1, 2]'], ['sort', "['b', 'A', 'a']"], ['sort', "'hello'"], ['sort', "[1, 'a']"], ['sort', '[1, 2.5, 0]'],
  ['unique', '[1, 1.0, 1, 2]'], ['unique', "'hello'"], ['unique', "{'a' => 1, 'b' => 1, 'c' => 2}"], ['flatten', '[1, [2, [3, []]]]', '4'],
  ['max', '1', '3', '2'], ['max', '[1, 2.5]'], ['max', "'a'", "'B'"], ['min', '1', '-3.5'], ['min', "['b', 'a']"], ['max'],
  ['dig', "{'a' => [1, {'b' => 2}]}", "'a'", '1', "'b'"], ['dig', "{'a' => 1}", "'a'", "'b'"], ['dig', "{'a' => [1]}", "'a'", "'x'"],
  ['dig', 'undef', "'a'"], ['get', "{'a' => [10, 20]}", "'a.1'"], ['get', "{'a.b' => 1}", "\"'a.b'\""], ['get', "{'a' => 1}", "'b'", '7'],
  ['split', "'a,b,,c,,'", "','"], ['split', "'a1b22c'", '/\d+/'], ['split', "'abc'", "''"], ['split', "'a-b_c'", '/([-_])/'],
  ['split', "'  a  b '", "' '"], ['split', "''", "','"], ['split', "'a.b.c'", "'[.]'"], ['split', "',a'", "','"],
  ['regsubst', "'abcabc'", "'b'", "'X'"], ['regsubst', "'abcabc'", "'b'", "'X'", "'G'"], ['regsubst', "'abc'", "'(b)(c)'", "'\\\\2\\\\1<\\\\0>'"],
  ['regsubst', "'ABC'", "'b'", "'x'", "'I'"], ['regsubst', "['ab', 'cb']", '/b/', "'-'"], ['regsubst', "'aaa'", '/x*/', "'-'", "'G'"],
  ['regsubst', "'cat'", '/[aeiou]/', "{'a' => '4'}"], ['match', "'abc123'", '/([a-z]+)([0-9]+)/'], ['match', "'abc'", "'x'"],
  ['match', "['ab', 'b']", "'a(.)?'"], ['upcase', "'abcé'"], ['upcase', "['a', 1, ['b']]"], ['upcase', "{'a' => 'b'}"], ['upcase', 'true'],
  ['downcase', "'ABCÉ'"], ['capitalize', "'hELLO wORLD'"], ['capitalize', "['ab', 1]"], ['camelcase', "'ab_cd__ef'"],
  ['strip', '" a \\n"'], ['lstrip', "' a '"], ['rstrip', "' a '"], ['chomp', '"a\\r\\n"'], ['chomp', '"a\\n\\n"'], ['chop', "'abc'"],
  ['chop', "''"], ['abs', '-5'], ['abs', '-2.5'], ['abs', "'-5'"], ['ceiling', '1.2'], ['ceiling', '-1.2'], ['floor', '-1.2'], ['floor', '7'],
  ['round', '2.5'], ['round', '-2.5'], ['round', '2.4'], ['compare', "'a'", "'B'"], ['compare', "'a'", "'B'", 'false'], ['compare', '1', '2.0'],
  ['compare', '1', "'a'"], ['versioncmp', "'1.10'", "'1.9'"], ['versioncmp', "'1.0'", "'1.0.0'", 'true'], ['versioncmp', "'2.1-a'", "'2.1-b'"],
  ['versioncmp', "'1.0'", "'1.0-1'"], ['unwrap', "Sensitive('x')"], ['unwrap', '5'], ['slice', '[1, 2, 3, 4, 5]', '2'], ['slice', "{'a' => 1, 'b' => 2}", '1'],
  ['slice', '3', '2'], ['index', "'hello'", "'l'"], ['index', '[1, 2, 3]', '2'], ['index', "{'a' => 5}", '5'],
  ['sprintf', "'%05.1f|%-4s|%+d|%x|%#X|%o|%b'", '3.14159', "'ab'", '5', '255', '255', '8', '5'], ['sprintf', "'%s %s %s'", '[1, a]', "{'a' => 1}", 'true'],
  ['sprintf', "'%<a>03d-%{b}'", "{'a' => 5, 'b' => 'x'}"], ['sprintf', "'%d'", "'0x1f'"], ['sprintf', "'%d'", "'x'"], ['sprintf', "'%x %b %o'", '-255', '-5', '-8'],
  ['sprintf', "'%5s|%-5s|%.2s'", "'é'", "'é'", "'abc'"], ['sprintf', "'%e %g %G'", '12345.678', '0.00001', '1.0e20'], ['sprintf', "'%%%c%c'", '65', "'z'"],
  ['sprintf', "'%s'"], ['sprintf', "'%08x|% d|%+x'", '255', '5', '-255'], ['sprintf', "'%*d'", '5', '42']
].freeze

CONVERSIONS = [
  ['Integer', "'42'"], ['Integer', "'0x1F'"], ['Integer', "'010'"], ['Integer', "'0b101'"], ['Integer', "'-7'"], ['Integer', "'- 7'"], ['Integer', "'1.5'"],
  ['Integer', "'abc'"], ['Integer', '3.99'], ['Integer', '-3.99'], ['Integer', 'true'], ['Integer', 'undef'], ['Integer', "'ff'", '16'], ['Integer', "'0xff'", '16'],
  ['Integer', "'101'", '2'], ['Integer', "'12'", '7'], ['Integer', "'-5'", '10', 'true'], ['Integer', "{'from' => '12'}"], ['Integer', '[1]'],
  ['Integer[0,5]', "'9'"], ['Integer', "'08'"], ['Integer', "''"], ['Float', "'1.5'"], ['Float', "'1e3'"], ['Float', '3'], ['Float', "'0x10'"], ['Float', "'x'"], ['Float', 'true'],
  ['Numeric', "'1.5'"], ['Numeric', "'12'"], ['Numeric', "'0x1f'"], ['Numeric', "'017'"], ['Numeric', 'true'], ['Numeric', "'z'"], ['Boolean', "'yes'"], ['Boolean', "'NO'"], ['Boolean', '0'],
  ['Boolean', '0.1'], ['Boolean', "'maybe'"], ['Boolean', '[]'], ['Array', "{'a' => 1}"], ['Array', "'abc'"], ['Array', '3'], ['Array', '1', 'true'], ['Array', '[1]', 'true'],
  ['Array', 'undef'], ['Array', "Binary('aGk=')"], ['Tuple[Integer,Integer]', '2'], ['Hash', "[['a', 1], ['b', 2]]"], ['Hash', "['a', 1, 'b', 2]"], ['Hash', "['a', 1, 'b']"],
  ['Hash', "[[['a', 'b'], 1], [['a', 'c'], 2]]", "'tree'"], ['Hash', '[]'], ['Hash', '5'], ["Struct[{'a' => Integer}]", "[['a', 1]]"], ["Struct[{'a' => Integer}]", "[['b', 1]]"],
  ['String', '5'], ['String', '1.5'], ['String', 'true'], ['String', 'undef'], ['String', 'default'], ['String', "[1, 'a', undef, 1.5]"], ['String', "{'a' => [1]}"], ['String', '/a/'],
  ['String', '255', "'%#x'"], ['String', '255', "'%08.3f'"], ['String', "'abc'", "'%p'"], ['String', "'aBc'", "'%u'"], ['String', "'a::bc'", "'%C'"], ['String', "'ab'", "'%-5s'"],
  ['String', "'ab'", "'%x'"], ['String', 'true', "'%#y'"], ['String', 'true', "'%d'"], ['String', 'undef', "'%u'"], ['String', '[1, 2]', "'%(a'"], ['String', "[1, 'a']", "'% a'"],
  ['String', '65', "'%c'"], ['String', '5', "'%s'"], ['String', "[1, [2, 3], 'x']", "'%#a'"], ['String', "{'a' => 1, 'b' => {'c' => 2}}", "'%#h'"],
  ['String', '1.5', "'%s'"], ['String', '1.5', "'%d'"], ['String', '1.5', "'%z'"], ['String', 'Timespan(90)'], ['Timespan', "'1-02:03:04.5'"], ['Timespan', "'01:02'"], ['Timespan', '1.5'],
  ['Timespan', '1', '2', '3', '4'], ['Timespan', "{'hours' => 2, 'minutes' => 5}"], ['Timespan', "'x'"], ['Timespan', "'90'"], ['Timespan', "'1:30.5'"], ['Timespan', "'-2-03:04'"], ['Timespan', "'1:2:3'"], ['Timespan', "'1-2'"], ['Timestamp', "'2024-02-29'"], ['Timestamp', '1700000000'],
  ['Timestamp', "'2024-02-29T10:11:12.25 UTC'"], ['Sensitive', '5'], ['Binary', "'aGk='"], ['Binary', "'hi'", "'%s'"], ['Binary', '[104, 105]'], ['Binary', "'!'"],
  ['SemVer', "'1.2.3-rc1'"], ['SemVer', "'1.2'"], ['SemVer', '1', '2', '3'], ['Regexp', "'a.b'"], ['Regexp', "'a.b'", 'true'], ['Optional[Integer]', "'3'"], ['Any', '1'], ['Undef', '1'],
  ['Callable', '1']
].freeze

SEMVER = %w[1.2.3 1.2.9 1.3.0 2.0.0 2.0.0-rc1 0.2.3 0.3.0 1.0.0].product(['>=1.2.3', '~1.2.3', '^1.2.3', '1.x', '1.2.x', '>1.0.0 <2.0.0', '1.0.0 - 1.3.0', '^0.2.3', '=2.0.0',
                                                                          '1.2.3 || >=2.0.0', '<2.0.0', '~1.2', '>1.2']).freeze

# The questions, and Puppet's answers.
class Oracle
  def initialize(compiler)
    @compiler = compiler
  end

  def run
    types
    values
    operators
    SEMVER.each { |v, r| row('semver', v, r, answer("SemVer('#{v}') =~ SemVerRange('#{r}')")) }
    ACCESS.each { |object, keys| row('access', data(object), data(keys), answer("#{object}#{keys}")) }
    CALLS.each { |name, *arguments| row('call', name, data("[#{arguments.join(', ')}]"), answer("#{name}(#{arguments.join(', ')})")) }
    CONVERSIONS.each { |type, *arguments| row('new', type, data("[#{arguments.join(', ')}]"), answer("#{type}.new(#{arguments.join(', ')})")) }
  end

  private

  def row(*columns)
    puts columns.join("\t")
  end

  def types
    TYPES.each { |type| row('notation', type, evaluate(type).to_s, evaluate(type).generalize.to_s) }
    TYPES.each { |to| row('assignable', to, *TYPES.map { |from| evaluate(to).assignable?(evaluate(from)) ? 1 : 0 }) }
    TYPES.each_with_index do |a, index|
      TYPES.drop(index + 1).each_slice(3) { |others| common(a, others.first) }
    end
  end

  def common(one, other)
    row('common', one, other, Puppet::Pops::Types::TypeCalculator.singleton.common_type(evaluate(one), evaluate(other)))
  end

  def values
    VALUES.each do |value|
      row('infer', data(value), answer("String(type(#{value}))"), answer("String(type(#{value}, reduced))"), answer("String(type(#{value}, generalized))"))
      row('text', data(value), answer("with(#{value}) |$v| { \"${v}\" }"))
    end
    row('values', *VALUES.map { |value| data(value) })
    TYPES.each { |type| row('instance', type, *VALUES.map { |value| evaluate("#{value} =~ #{type}") ? 1 : 0 }) }
  end

  def operators
    row('operands', *OPERANDS.map { |operand| data(operand) })
    OPERATORS.product(OPERANDS) { |op, a| row('operator', op, data(a), *OPERANDS.map { |b| answer("#{a} #{op} #{b}") }) }
    OPERANDS.each { |a| row('case', data(a), *OPERANDS.map { |b| answer("#{a} ? { #{b} => true, default => false }") }) }
  end

  def evaluate(text)
    @compiler.evaluate_string(text)
  end

  def data(text)
    to_json(evaluate(text))
  end

  def to_json(value)
    converter = Puppet::Pops::Serialization::ToDataConverter
    JSON.generate(converter.convert(value, rich_data: true, local_reference: false))
  end

  def answer(text)
    to_json(evaluate(text))
  rescue Puppet::ErrorWithData, Puppet::PreformattedError, Puppet::ParseErrorWithIssue => e
    "!#{e.respond_to?(:issue_code) ? e.issue_code : ''}"
  rescue StandardError, NoMemoryError
    '!'
  end
end

Dir.mktmpdir do |directory|
  Puppet.initialize_settings(['--confdir', directory, '--vardir', directory])
  Puppet[:strict] = :error
  Puppet::Pal.in_tmp_environment('oracle', modulepath: []) do |pal|
    pal.with_script_compiler { |compiler| Oracle.new(compiler).run }
  end
end
