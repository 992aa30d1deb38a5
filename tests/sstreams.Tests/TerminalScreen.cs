using System.Text;

namespace SecureStreams.Tool.Tests;

/// <summary>What a terminal shows of what is written to it: lines that run over, and the few control sequences that the program has a use for. Any other fails the test.</summary>
internal sealed class TerminalScreen(int columns)
{
    private readonly List<StringBuilder> _lines = [new()];
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _sequence = new();
    private bool _folds = true;
    private int _row;

    /// <summary>The lines, without what is empty at their ends and at the end of all.</summary>
    public string Text => string.Join('\n', _lines.Select(static line => line.ToString().TrimEnd())).TrimEnd('\n');

    /// <summary>Where the next character goes.</summary>
    public int Column { get; private set; }

    /// <summary>Modes of the terminal that were changed and not changed back, as their sequences.</summary>
    public HashSet<string> Modes { get; } = [];

    public void Write(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        foreach (var one in characters.AsSpan(0, _decoder.GetChars(bytes, characters, flush: false)))
            Write(one);
    }

    private void Write(char one)
    {
        if (_sequence.Length > 0)
        {
            _sequence.Append(one);

            // ECMA-48 section 5.4: parameters, then one final byte.
            if (_sequence.Length == 2 ? one != '[' : one is >= '@' and <= '~')
                Obey();
            return;
        }

        switch (one)
        {
            case '\e':
                _sequence.Append(one);
                break;
            case '\r':
                Column = 0;
                break;
            case '\n':
                NextLine();
                break;
            case < ' ' or '\x7f':
                throw new InvalidOperationException($"The terminal does not know the character {(int)one}.");
            default:
                Show(one);
                break;
        }
    }

    private void Show(char one)
    {
        if (Column == columns)
        {
            if (_folds)
            {
                NextLine();
                Column = 0;
            }
            else
            {
                Column--;
            }
        }

        var line = _lines[_row];
        line.Append(' ', Math.Max(0, Column + 1 - line.Length));
        line[Column++] = one;
    }

    private void NextLine()
    {
        if (++_row == _lines.Count)
            _lines.Add(new());
    }

    private void Obey()
    {
        var sequence = _sequence.ToString();
        _sequence.Clear();
        switch (sequence)
        {
            case "\e[K":
                _lines[_row].Length = Math.Min(_lines[_row].Length, Column);
                break;
            case "\e[?7l" or "\e[?7h":
                _folds = sequence[^1] == 'h';
                Change("\e[?7l", _folds);
                break;
            case "\e[?1h" or "\e[?1l":
                Change("\e[?1h", sequence[^1] == 'l');
                break;
            case "\e=" or "\e>":
                Change("\e=", sequence[^1] == '>');
                break;
            case [.., 'm']:
                break; // Colours.
            default:
                throw new InvalidOperationException($"The terminal does not know the sequence ESC {sequence[1..]}.");
        }
    }

    private void Change(string mode, bool back)
    {
        if (back)
            Modes.Remove(mode);
        else
            Modes.Add(mode);
    }
}
