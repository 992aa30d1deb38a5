namespace SecureStreams.Tool;

/// <summary>
/// The platform's console switches the terminal's cursor keys and keypad to their application mode as soon as anything is printed, for programs that read keys, and never
/// switches them back. This one reads none, and whatever runs in the terminal next is to find it as it was.
/// </summary>
internal static class TerminalKeypad
{
    // What terminfo calls rmkx, where a terminal has the mode: DECCKM off, DECKPNM.
    private static readonly byte[] Normal = "\e[?1l\e>"u8.ToArray();

    public static void Restore()
    {
        if (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb")
            return;
        if (System.Console.IsInputRedirected && System.Console.IsOutputRedirected && System.Console.IsErrorRedirected)
            return;
        try
        {
            using var terminal = new FileStream("/dev/tty", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            terminal.Write(Normal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has gone, and nobody is left to mind.
        }
    }
}
