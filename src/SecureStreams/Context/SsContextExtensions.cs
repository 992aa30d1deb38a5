using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>How a program gets a context from policy text. Extension members, so that the abstract context needs no policy.</summary>
public static class SsContextExtensions
{
    /// <summary>The largest policy file that is read, in bytes: 16 MiB.</summary>
    public const int LargestPolicyBytes = 16 * 1024 * 1024;

    extension(SsContext)
    {
        /// <summary>Reads a policy file, once, and makes a context of it.</summary>
        /// <param name="path">The JSON file, UTF-8; diagnostics name it as it is given here.</param>
        /// <param name="options">Settings of the program; defaults when null.</param>
        /// <returns>The context; the caller disposes it. Warnings of the policy go to the logger.</returns>
        /// <exception cref="SsPolicyException">The file cannot be read or the policy has errors; each is named with its place.</exception>
        public static LocalContext FromFile(string path, SsContextOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(path);
            return FromFiles([path], options);
        }

        /// <summary>Reads a policy file and overlays, each once, and makes a context of their sum.</summary>
        /// <param name="paths">The base, then the overlays in their order: JSON files, UTF-8; diagnostics name each as it is given here.</param>
        /// <param name="options">Settings of the program; defaults when null. Its <see cref="SsContextOptions.Overlays"/> lie on top.</param>
        /// <returns>The context; the caller disposes it. Warnings of the policy go to the logger.</returns>
        /// <exception cref="SsPolicyException">A file cannot be read or the sum has errors; each is named with its place.</exception>
        /// <exception cref="ArgumentException"><paramref name="paths"/> is empty.</exception>
        public static LocalContext FromFiles(IReadOnlyList<string> paths, SsContextOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(paths);
            if (paths.Count == 0)
                throw new ArgumentException("A policy has at least a base file.", nameof(paths));
            return FromDocuments([.. paths.Select(ReadDocument)], options);
        }

        /// <summary>Makes a context of policy text.</summary>
        /// <param name="json">The JSON text; diagnostics call it <c>policy</c>.</param>
        /// <param name="options">Settings of the program; defaults when null.</param>
        /// <returns>The context; the caller disposes it. Warnings of the policy go to the logger.</returns>
        /// <exception cref="SsPolicyException">The policy has errors; each is named with its place.</exception>
        public static LocalContext FromJson(string json, SsContextOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(json);
            return FromDocuments([PolicyDocument.FromJson(json, "policy")], options);
        }
    }

    /// <summary>Makes a context of documents, which it takes over.</summary>
    internal static LocalContext FromDocuments(IReadOnlyList<PolicyDocument> documents, SsContextOptions? options)
    {
        options ??= new SsContextOptions();

        // Kept for as long as the context lives: overlays that are applied later go over them.
        ImmutableArray<PolicyDocument> layers = [.. documents, .. options.Overlays.Select(PolicyText.Own)];
        var (model, lines) = PolicyText.Load(layers, options);
        return new LocalContext(model, layers, lines, options);
    }

    /// <summary>Reads a policy file.</summary>
    /// <exception cref="SsPolicyException">It cannot be read.</exception>
    internal static PolicyDocument ReadDocument(string path) => new(ReadFile(path), path);

    private static byte[] ReadFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > LargestPolicyBytes)
                throw new SsPolicyException($"The policy file '{path}' has {file.Length} bytes; at most {LargestPolicyBytes} are read.");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new SsPolicyException($"The policy file '{path}' cannot be read: {error.Message}");
        }
    }
}
