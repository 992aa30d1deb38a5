using System.IO.Pipes;
using System.Text;
using Spectre.Console;

namespace SecureStreams.Tool;

/// <summary>Writes lines to standard output or standard error: plain where a program reads them, with one coloured word where a person does. Safe from any thread.</summary>
internal sealed class LineWriter
{
    // Spectre folds at the width of the terminal by inserting line ends, which would tear file(line,col) apart; the terminal folds better.
    private const int Unfolded = 1 << 20;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _lock = new();
    private readonly TextWriter _writer;
    private readonly IAnsiConsole? _console;
    private readonly bool _isOutput;
    private readonly bool _isPipe;
    private bool _hasStatus;
    private bool _takesNoStatus;

    private LineWriter(TextWriter writer, bool redirected, bool isOutput = false, bool isPipe = false)
    {
        _writer = writer;
        _isOutput = isOutput;
        _isPipe = isPipe;
        if (redirected)
            return;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        _console.Profile.Width = Unfolded;
    }

    /// <summary>Whether a person looks on.</summary>
    public bool IsTerminal => _console is { Profile.Capabilities.Ansi: true };

    /// <summary>Standard output. Its lines may throw <see cref="OutputLostException"/>.</summary>
    /// <exception cref="OutputLostException">There is none.</exception>
    public static LineWriter Output()
    {
        if (!System.Console.IsOutputRedirected)
            return new(System.Console.Out, redirected: false, isOutput: true);
        Stream target;
        try
        {
            target = StandardOutput.Open();
        }
        catch (IOException error)
        {
            throw OutputLostException.OfStandardOutput(error, isPipe: false);
        }

        return new(new StreamWriter(target, Utf8) { AutoFlush = true }, redirected: true, isOutput: true, isPipe: target is PipeStream);
    }

    /// <summary>Lines that go somewhere else.</summary>
    public static LineWriter To(TextWriter writer) => new(writer, redirected: true);

    public static LineWriter Error() => new(System.Console.Error, System.Console.IsErrorRedirected);

    /// <summary>What keeps the program from doing what it was asked, in one line.</summary>
    public void Problem(string text) => Line("sstreams: ", "error", Color.Red, $": {PlainText.OneLine(text)}");

    /// <summary>Writes a line.</summary>
    public void Line(string text) => Line(text, "", Color.Default, "");

    /// <summary>Writes a line of three parts, the middle one in a colour. Nothing in it is taken for markup.</summary>
    public void Line(string before, string word, Color color, string after)
    {
        lock (_lock)
        {
            ClearStatus();
            try
            {
                if (_console is null)
                    _writer.WriteLine(before + word + after);
                else
                    _console.Write(new Paragraph().Append(before).Append(word, new Style(color)).Append(after + "\n"));
            }
            catch (IOException) when (!_isOutput)
            {
                // Standard error is lost, and with it whoever could be told.
            }
            catch (IOException error)
            {
                throw OutputLostException.OfStandardOutput(error, _isPipe);
            }
        }
    }

    /// <summary>Shows or replaces a line that the next one overwrites. Nothing happens where nobody looks on. On a narrow terminal it is cut: what had run over into a second line could not be overwritten.</summary>
    public void Status(string text)
    {
        if (!IsTerminal)
            return;
        lock (_lock)
        {
            if (_takesNoStatus)
                return;
            _hasStatus = true;
            _writer.Write($"\r\e[K\e[?7l{text}\e[?7h");
            _writer.Flush();
        }
    }

    /// <summary>Takes the status line away, and any to come: others write to the same terminal now.</summary>
    public void StopStatus()
    {
        lock (_lock)
        {
            _takesNoStatus = true;
            ClearStatus();
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
