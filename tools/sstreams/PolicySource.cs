using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>Reads policy text from a file or from standard input, up to the size that the loader takes.</summary>
internal static class PolicySource
{
    /// <summary>The name that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>What diagnostics call <paramref name="file"/>.</summary>
    public static string NameOf(string file) => file == StandardInput ? "<stdin>" : PlainText.OneLine(file);

    /// <summary>Reads and judges a policy.</summary>
    /// <exception cref="UnusableInputException">It cannot be read, or is too large.</exception>
    public static async Task<PolicyLoadResult> LoadAsync(string file, PolicyLoadOptions options, CancellationToken cancellation)
    {
        var name = NameOf(file);
        try
        {
            await using var source = file == StandardInput ? System.Console.OpenStandardInput() : InputFile.Open(file);
            return PolicyLoader.Load(await ReadAsync(source, name, options.MaximumBytes, cancellation), name, options);
        }
        catch (Exception error) when (InputFile.IsUnreadable(error))
        {
            throw new UnusableInputException(InputFile.Describe(file, error));
        }
    }

    // Not by the length of the file: pipes and devices have none, and files grow.
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream source, string name, int limit, CancellationToken cancellation)
    {
        var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await source.ReadAsync(buffer, cancellation)) > 0)
        {
            if (text.Length + count > limit)
                throw new UnusableInputException($"{name}: too large; at most {limit} bytes are read");
            text.Write(buffer, 0, count);
        }

        return text.GetBuffer().AsMemory(0, (int)text.Length);
    }
}
