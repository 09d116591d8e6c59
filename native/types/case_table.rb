#!/usr/bin/env ruby
# frozen_string_literal: true

# Writes case_table.def from Ruby's own Unicode data: case_table.rb > case_table.def

POINTS = ((0x80..0xD7FF).to_a + (0xE000..0x1FFFF).to_a).freeze

def changed(point, method)
  [point].pack('U').public_send(method)
end

# [point, what it becomes]; of titles only those that are no capitals.
def changes(method)
  POINTS.filter_map do |point|
    text = changed(point, method)
    usual = method == :capitalize ? changed(point, :upcase) : [point].pack('U')
    [point, text] unless text == usual
  end
end

# Runs of points a fixed step apart that move by the same distance.
def runs(pairs)
  pairs.group_by(&:last).flat_map do |distance, group|
    points = group.map(&:first)
    found = []
    until points.empty?
      step = points[1] && [1, 2].include?(points[1] - points[0]) ? points[1] - points[0] : 1
      size = 1
      size += 1 while points[size] && points[size] - points[size - 1] == step
      found << [points[0], points[size - 1], step, distance]
      points.shift(size)
    end
    found
  end.sort
end

puts '// CASE_RUN(method, first, last, step, distance), CASE_SPECIAL(method, point, text): made by case_table.rb.'
%i[upcase downcase capitalize].each do |method|
  single, special = changes(method).partition { |_, text| text.codepoints.size == 1 }
  runs(single.map { |point, text| [point, text.ord - point] }).each do |first, last, step, distance|
    puts "CASE_RUN(#{method}, 0x#{first.to_s(16).upcase}, 0x#{last.to_s(16).upcase}, #{step}, #{distance})"
  end
  special.each { |point, text| puts "CASE_SPECIAL(#{method}, 0x#{point.to_s(16).upcase}, \"#{text}\")" }
end
