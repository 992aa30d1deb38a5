using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>The texts of one command, each read once however many policies it is part of: standard input and pipes have their text only once, and a file could change between.</summary>
internal sealed class PolicyTexts
{
    private readonly Dictionary<string, PolicyDocument> _read = new(StringComparer.Ordinal);

    /// <summary>The text of <paramref name="file"/>.</summary>
    /// <exception cref="InputTooLargeException">It has more than <paramref name="limit"/> bytes.</exception>
    /// <exception cref="UnusableInputException">It cannot be read.</exception>
    public async Task<PolicyDocument> ReadAsync(string file, int limit, CancellationToken cancellation)
    {
        if (!_read.TryGetValue(file, out var document))
        {
            document = new PolicyDocument(await InputFile.ReadAsync(file, limit, cancellation), PolicySelection.NameOf(file));
            _read.Add(file, document);
        }

        return document;
    }
}
