namespace Amavis.Mime.Transfer;

/// <summary>
/// yEnc: each octet plus 42, an equals sign before those that must not stand as they are. Lines that begin with <c>=y</c> tell
/// about the file and are no data.
/// </summary>
public sealed class YEncDecoder : TransferDecoder
{
    private State _state = State.LineStart;

    private enum State
    {
        LineStart,
        Data,
        /// <summary>After an equals sign at the start of a line.</summary>
        EqualsAtStart,
        /// <summary>After an equals sign.</summary>
        Escaped,
        /// <summary>In a line that is no data.</summary>
        Control,
    }

    public override int MaxOutput(int inputLength) => inputLength + 1;

    protected override int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        foreach (var octet in input)
        {
            if (octet == '\n')
            {
                _state = State.LineStart;
                continue;
            }
            if (octet == '\r' || _state == State.Control)
                continue;
            switch (_state)
            {
                case State.EqualsAtStart when octet == 'y':
                    _state = State.Control;
                    break;
                case State.Escaped or State.EqualsAtStart:
                    output[written++] = (byte)(octet - 64 - 42);
                    _state = State.Data;
                    break;
                default:
                    if (octet == '=')
                    {
                        _state = _state == State.LineStart ? State.EqualsAtStart : State.Escaped;
                        break;
                    }
                    output[written++] = (byte)(octet - 42);
                    _state = State.Data;
                    break;
            }
        }
        return written;
    }

    protected override int FinishCore(Span<byte> output)
    {
        Truncated = _state is State.Escaped or State.EqualsAtStart;
        return 0;
    }
}
