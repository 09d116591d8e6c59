# frozen_string_literal: true

require_relative 'products'

# The expressions to compare: expressions/*.txt, an expression a line, one of several lines between <<< and >>>, a line
# that starts with # is a comment; and the products of operators and operands.
module Expressions
  # [[where from, code], …], each code once; `only` names files.
  def self.read(directory, only)
    written = Dir[File.join(directory, 'expressions', '*.txt')].sort.flat_map { |path| read_file(path) }
    all = (written + Products.all).uniq(&:last)
    only.empty? ? all : all.select { |file, _| only.include?(file) }
  end

  def self.read_file(path)
    name = File.basename(path, '.txt')
    lines = File.readlines(path, chomp: true, encoding: 'UTF-8')
    codes = []
    until lines.empty?
      line = lines.shift
      next if line.strip.empty? || line.start_with?('#')

      codes << [name, line == '<<<' ? block(lines, path) : line]
    end
    codes
  end

  def self.block(lines, path)
    size = lines.index('>>>') or abort "#{path}: a <<< has no >>>"
    lines.shift(size + 1)[0...-1].join("\n")
  end
  private_class_method :read_file, :block
end
