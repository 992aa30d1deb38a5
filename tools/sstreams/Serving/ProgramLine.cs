using System.Collections.Immutable;
using System.Text;

namespace SecureStreams.Tool.Serving;

/// <summary>The program of <c>--exec</c> and its arguments. No shell reads the line: quotes and backslashes keep words together, and nothing else means anything.</summary>
/// <param name="Program">Its path.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ProgramLine(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>Reads the line and finds the program.</summary>
    /// <exception cref="UnusableInputException">There is none, or it is not there.</exception>
    public static ProgramLine Of(string line)
    {
        var words = Split(line);
        if (words.Count == 0 || words[0].Length == 0)
            throw new UnusableInputException("--exec: the command is empty");
        return new ProgramLine(Find(words[0]), [.. words.Skip(1)]);
    }

    /// <summary>The words of a line: parted by blanks, <c>'...'</c> as it stands, <c>"..."</c> with <c>\"</c> and <c>\\</c> in it, <c>\x</c> the character x.</summary>
    /// <exception cref="UnusableInputException">A quote is not closed.</exception>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isWord = false;
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var one = line[i];
            if (quote == '\0' && one is ' ' or '\t' or '\n')
            {
                if (isWord)
                    words.Add(word.ToString());
                isWord = false;
                word.Clear();
                continue;
            }

            isWord = true;
            if (one == quote)
                quote = '\0';
            else if (quote == '\0' && one is '\'' or '"')
                quote = one;
            else if (one == '\\' && IsEscape(line, i, quote))
                word.Append(line[++i]);
            else
                word.Append(one);
        }

        if (quote != '\0')
            throw new UnusableInputException($"--exec: a {quote} is not closed");
        if (isWord)
            words.Add(word.ToString());
        return words;
    }

    private static bool IsEscape(string line, int at, char quote) => at + 1 < line.Length && (quote == '\0' || (quote == '"' && line[at + 1] is '"' or '\\'));

    // The platform would look beside this program and in the current folder before PATH.
    private static string Find(string name)
    {
        if (name.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(name);
            return IsProgram(path) ? path : throw new UnusableInputException($"--exec: {name} is no program that can be run");
        }

        if (OperatingSystem.IsWindows())
            return name;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Path.IsPathRooted(folder) && Path.Combine(folder, name) is var path && IsProgram(path))
                return path;
        }

        throw new UnusableInputException($"--exec: there is no program '{name}' in PATH; what a shell knows needs one: --exec 'sh -c \"...\"'");
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
