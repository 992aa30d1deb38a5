namespace SecureStreams.Tool;

/// <summary>A signal ended the work.</summary>
/// <param name="exitCode">What the program ends with.</param>
internal sealed class InterruptedException(int exitCode) : Exception("cancelled")
{
    public int ExitCode { get; } = exitCode;
}
