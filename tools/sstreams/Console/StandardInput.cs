namespace SecureStreams.Tool;

/// <summary>Standard input as bytes.</summary>
internal static class StandardInput
{
    /// <exception cref="UnusableInputException">There is none: the program was started with it closed.</exception>
    public static Stream Open() =>
        StandardHandle.IsClosed(StandardHandle.Input) ? throw new UnusableInputException("standard input: cannot be read: it is closed") : System.Console.OpenStandardInput();
}
