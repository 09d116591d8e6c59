# frozen_string_literal: true

# Products of operators and operands of every kind: the crosswise cases nobody writes down.
module Products
  OPERANDS = [
    'undef', 'true', '0', '-7', '9223372036854775807', '2.5', "'A'", "'10'", '/a/', '[]', "[[3, 'a']]", "{'a' => 1}",
    "Sensitive('a')", 'Timespan(3)', "Timestamp('2024-01-02')", "SemVer('1.2.3')", "Binary('YQ==')", 'Integer[0, 5]'
  ].freeze
  OPERATORS = %w[+ - * / % << >> == < >= in =~].freeze
  RARE_OPERATORS = %w[!= <= > !~ and or].freeze
  COMMON_OPERANDS = ['undef', 'true', '5', "'a'", "['a']", "{'a' => 5}", 'Integer'].freeze

  def self.all
    binary + unary + selections
  end

  def self.binary
    codes = OPERATORS.product(OPERANDS, OPERANDS) + RARE_OPERATORS.product(COMMON_OPERANDS, COMMON_OPERANDS)
    codes.map { |operator, a, b| ['products', "#{a} #{operator} #{b}"] }
  end

  def self.unary
    codes = OPERANDS.flat_map do |a|
      ["!#{a}", "-(#{a})", "[*#{a}]", "\"${#{a}}\"", "type(#{a})", "String(#{a})", "Boolean(#{a})"]
    end
    codes.map { |code| ['products', code] }
  end

  def self.selections
    OPERANDS.product(OPERANDS.each_slice(3).map(&:first)).map do |a, b|
      ['products', "#{a} ? { #{b} => 'yes', default => 'no' }"]
    end
  end
  private_class_method :binary, :unary, :selections
end
