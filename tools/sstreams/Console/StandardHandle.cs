namespace SecureStreams.Tool;

/// <summary>The three files that a program is given. Any of them may be missing: a shell closes them with <c>&lt;&amp;-</c>, <c>&gt;&amp;-</c>, <c>2&gt;&amp;-</c>.</summary>
internal static class StandardHandle
{
    public const int Input = 0;
    public const int Output = 1;
    public const int Error = 2;

    // O_CLOEXEC, octal 2000000, on all processors that .NET runs on.
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// The runtime's own pipes and files take the lowest free number, so a closed standard file becomes one of them: reading it would wait for ever, or worse, take
    /// from the runtime what it wrote to itself, and writing to it brings the runtime down. What was opened in this process is marked to be closed by the next
    /// program; what was inherited cannot be, for then it would not have been. Where the system does not tell (it has no <c>/proc</c>), nothing is found out.
    /// </summary>
    public static bool IsClosed(int number)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/self/fdinfo/{number}"))
            {
                if (line.StartsWith("flags:", StringComparison.Ordinal))
                    return (Convert.ToInt64(line["flags:".Length..].Trim(), 8) & CloseOnExec) != 0;
            }

            return false;
        }
        catch (FileNotFoundException)
        {
            return Directory.Exists("/proc/self/fdinfo");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return false;
        }
    }

    /// <summary>What is printed by others, help above all, goes nowhere when there is nothing to print on.</summary>
    public static void SilenceClosed()
    {
        if (IsClosed(Output))
            System.Console.SetOut(TextWriter.Null);
        if (IsClosed(Error))
            System.Console.SetError(TextWriter.Null);
    }
}
