using Spectre.Console;

namespace SecureStreams.Tool;

/// <summary>Writes lines to standard output or standard error: plain where a program reads them, with one coloured word where a person does. Safe from any thread.</summary>
internal sealed class LineWriter
{
    // Spectre folds at the width of the terminal by inserting line ends, which would tear file(line,col) apart; the terminal folds better.
    private const int Unfolded = 1 << 20;

    private readonly Lock _lock = new();
    private readonly TextWriter _writer;
    private readonly IAnsiConsole? _console;
    private bool _hasStatus;

    private LineWriter(TextWriter writer, bool redirected)
    {
        _writer = writer;
        if (redirected)
            return;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        _console.Profile.Width = Unfolded;
    }

    /// <summary>Whether a person looks on.</summary>
    public bool IsTerminal => _console is { Profile.Capabilities.Ansi: true };

    public static LineWriter Output() => new(System.Console.Out, System.Console.IsOutputRedirected);

    public static LineWriter Error() => new(System.Console.Error, System.Console.IsErrorRedirected);

    /// <summary>Writes a line.</summary>
    public void Line(string text) => Line(text, "", Color.Default, "");

    /// <summary>Writes a line of three parts, the middle one in a colour. Nothing in it is taken for markup.</summary>
    public void Line(string before, string word, Color color, string after)
    {
        lock (_lock)
        {
            ClearStatus();
            if (_console is null)
                _writer.WriteLine(before + word + after);
            else
                _console.Write(new Paragraph().Append(before).Append(word, new Style(color)).Append(after + "\n"));
        }
    }

    /// <summary>Shows or replaces a line that the next one overwrites. Nothing happens where nobody looks on.</summary>
    public void Status(string text)
    {
        if (!IsTerminal)
            return;
        lock (_lock)
        {
            _hasStatus = true;
            _writer.Write($"\r\e[K{text}");
            _writer.Flush();
        }
    }

    /// <summary>Takes the status line away.</summary>
    public void EndStatus()
    {
        lock (_lock)
            ClearStatus();
    }

    private void ClearStatus()
    {
        if (!_hasStatus)
            return;
        _hasStatus = false;
        _writer.Write("\r\e[K");
        _writer.Flush();
    }
}
