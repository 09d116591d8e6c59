# frozen_string_literal: true

module PuppetX
  module Plan
    # What an ELF file says of itself, read before the dynamic linker maps it: one that is shorter than its own headers
    # say would end the process by SIGBUS. All but `platform` is only for files of this process's own platform.
    class SharedObject
      WORD = [0].pack('J').bytesize
      HEADER_SIZE = WORD == 8 ? 64 : 52
      HEADER = 'a16SSLJJJLSSS'
      # A program header, and which of its fields are type, offset, address and size in the file.
      SEGMENT, SEGMENT_FIELDS = WORD == 8 ? ['LLJJJJ', [0, 2, 3, 5]] : ['LLLLL', [0, 1, 2, 4]]
      # Types of segments; tags of the dynamic section.
      LOADED = 1
      DYNAMIC = 2
      NEEDED = 1
      STRINGS = 5

      Segment = Struct.new(:type, :offset, :address, :extent) do
        def end
          offset + extent
        end

        def holds?(wanted)
          wanted.between?(address, address + extent - 1)
        end
      end

      # Reads the few parts that it needs: a library is megabytes.
      def initialize(path)
        @path = path
        @start = File.binread(path, HEADER_SIZE) || ''
      end

      # Class, byte order and processor, as one value to compare; nil for what is no ELF file.
      def platform
        @start[4, 2] + @start[18, 2] if @start.start_with?("\x7FELF".b) && @start.bytesize == HEADER_SIZE
      end

      def whole?
        table_end <= File.size(@path) && size <= File.size(@path)
      end

      # Up to the end of what is mapped; symbols for debuggers may follow.
      def size
        segments.map(&:end).max
      end

      # Names of the libraries it brings along.
      def needed
        tags = dynamic_section
        start = offset_of(tags.assoc(STRINGS).last)
        tags.filter_map { |tag, value| part(start + value, 256).unpack1('Z*') if tag == NEEDED }
      end

      private

      def part(offset, length)
        File.binread(@path, length, offset) || ''
      end

      def header
        @header ||= %i[identification type machine version entry table sections flags size entry_size entries]
                    .zip(@start.unpack(HEADER)).to_h
      end

      def table_end
        header[:table] + (header[:entry_size] * header[:entries])
      end

      def segments
        @segments ||= Array.new(header[:entries]) do |index|
          start = header[:table] + (header[:entry_size] * index)
          Segment.new(*part(start, header[:entry_size]).unpack(SEGMENT).values_at(*SEGMENT_FIELDS))
        end
      end

      def dynamic_section
        segment = segments.find { |candidate| candidate.type == DYNAMIC }
        part(segment.offset, segment.extent).unpack('J*').each_slice(2).to_a
      end

      def offset_of(address)
        segment = segments.find { |candidate| candidate.type == LOADED && candidate.holds?(address) }
        address - segment.address + segment.offset
      end
    end
  end
end
