# frozen_string_literal: true

module Lab
  # What went on for how long, on one lane for each of those who did it.
  module Timeline
    # `to`: nil for what goes on to the end.
    Span = Struct.new(:from, :to, :kind, keyword_init: true)
    Lane = Struct.new(:name, :spans, keyword_init: true)

    # Each kind of span: its colour, and what the legend says of it.
    KINDS = {
      'catalog' => ['#94a3b8', 'Puppet: start, facts, catalog'],
      'look' => ['#0ea5e9', 'looks; where its lane is empty, it waits'],
      'hold' => ['#f97316', 'stops mariadbd, recovers its position'],
      'bootstrap' => ['#a855f7', 'bootstraps'],
      'join' => ['#6366f1', 'starts as a member, until Synced'],
      'credentials' => ['#14b8a6', 'certificate and secret of the state transfer'],
      'report' => ['#64748b', "Puppet: the run's end, report"],
      'waiting' => ['#fecaca', 'mariadbd without a Primary component'],
      'start' => ['#fde68a', 'mariadbd starts, finds the others'],
      'transfer' => ['#bae6fd', 'gets what it lacks (IST)'],
      'synced' => ['#86efac', 'Synced']
    }.freeze
  end

  # Groups of lanes, one below the other on one axis of seconds, as an SVG.
  class TimelinePicture
    WIDTH = 1100
    LEFT = 130
    RIGHT = 20
    LANE = 20
    HEAD = 28
    LEGEND_COLUMNS = 3
    TICKS = [1, 2, 5, 10, 20, 60].freeze
    MOST_TICKS = 16

    # `groups`: lanes by title; `seconds`: how long the axis is.
    def initialize(groups, seconds)
      @groups = groups
      @seconds = seconds
    end

    def svg
      @parts = []
      top = draw_legend(12)
      bottom = draw_groups(top)
      [%(<svg xmlns="http://www.w3.org/2000/svg" width="#{WIDTH}" height="#{bottom + 24}" ) +
        %(viewBox="0 0 #{WIDTH} #{bottom + 24}" font-family="Helvetica,sans-serif" font-size="12">),
       %(<rect width="100%" height="100%" fill="white"/>), *ticks(top, bottom), *@parts, '</svg>', ''].join("\n")
    end

    private

    # Both return where they end.
    def draw_legend(top)
      used = @groups.values.flatten.flat_map { |lane| lane.spans.map(&:kind) }.uniq
      Timeline::KINDS.select { |kind, _| used.include?(kind) }.each_with_index do |(_, (colour, text)), at|
        x = LEFT + (at % LEGEND_COLUMNS * (WIDTH - LEFT) / LEGEND_COLUMNS)
        y = top + (at / LEGEND_COLUMNS * LANE)
        box(x, y, 14, colour)
        text(x + 20, y + 11, text)
      end
      top + ((used.length + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS * LANE)
    end

    def draw_groups(top)
      @groups.reduce(top) do |y, (title, lanes)|
        text(8, y + HEAD - 8, title, 'font-weight="bold"')
        lanes.each_with_index { |lane, at| draw_lane(lane, y + HEAD + (at * LANE)) }
        y + HEAD + (lanes.length * LANE)
      end
    end

    def draw_lane(lane, top)
      text(8, top + 11, lane.name)
      lane.spans.each do |span|
        to = [span.to || @seconds, @seconds].min
        box(x_of(span.from), top, x_of(to) - x_of(span.from), Timeline::KINDS.fetch(span.kind).first)
      end
    end

    def ticks(top, bottom)
      step = TICKS.find { |seconds| @seconds / seconds <= MOST_TICKS }
      (0..@seconds.floor).step(step).flat_map do |second|
        x = x_of(second).round(1)
        [%(<line x1="#{x}" x2="#{x}" y1="#{top + 8}" y2="#{bottom}" stroke="#e2e8f0"/>),
         %(<text x="#{x}" y="#{bottom + 14}" text-anchor="middle" fill="#475569">#{second} s</text>)]
      end
    end

    def x_of(second)
      LEFT + (second.to_f / @seconds * (WIDTH - LEFT - RIGHT))
    end

    def box(left, top, width, colour)
      @parts << format('<rect x="%<x>.1f" y="%<y>d" width="%<width>.1f" height="14" fill="%<colour>s"/>',
                       x: left, y: top, width: [width, 0.8].max, colour: colour)
    end

    def text(left, top, text, more = '')
      @parts << %(<text x="#{left}" y="#{top}" #{more}>#{text.gsub('&', '&amp;').gsub('<', '&lt;')}</text>)
    end
  end
end
