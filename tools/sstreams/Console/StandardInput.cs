namespace SecureStreams.Tool;

/// <summary>Standard input as bytes.</summary>
internal static class StandardInput
{
    // O_CLOEXEC, octal 2000000, on all processors that .NET runs on.
    private const int CloseOnExec = 0x80000;

    /// <exception cref="UnusableInputException">There is none: the program was started with it closed.</exception>
    public static Stream Open() => IsClosed() ? throw new UnusableInputException("standard input: cannot be read: it is closed") : System.Console.OpenStandardInput();

    /// <summary>
    /// The runtime's own pipes and files take the lowest free number, so a closed standard input becomes one of them: reading it would wait for ever, or worse, take
    /// from the runtime what it wrote to itself. What was opened in this process is marked to be closed by the next program; what was inherited cannot be, for
    /// then it would not have been. Where the system does not tell (it has no <c>/proc</c>), nothing is found out.
    /// </summary>
    private static bool IsClosed()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/fdinfo/0"))
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
}
