namespace SecureStreams.Tool;

/// <summary>Where the result of a command goes.</summary>
internal static class CommandOutput
{
    /// <summary>The name that stands for standard output.</summary>
    public const string Standard = "-";

    /// <summary>Writes a whole result to <paramref name="file"/>, or to standard output when that is null or <c>-</c>.</summary>
    /// <exception cref="UnusableInputException">There can be no such file.</exception>
    /// <exception cref="OutputLostException">It cannot be written.</exception>
    public static Task WriteAsync(string? file, ReadOnlyMemory<byte> result, CancellationToken cancellation)
    {
        if (file is not (null or Standard))
            return OutputFile.WriteAsync(file, result, cancellation);
        return result.IsEmpty ? Task.CompletedTask : StandardOutput.WriteAsync(result, cancellation);
    }
}
