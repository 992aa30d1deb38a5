namespace SecureStreams.Network.Identities;

/// <summary>What keeps a blob from being used as an identity. Told to operators; says nothing of the content.</summary>
/// <param name="attribute">The attribute that names the blob.</param>
/// <param name="blob">Its name.</param>
/// <param name="problem">What is wrong and what mends it, to follow a colon.</param>
/// <param name="error">What the platform said of it.</param>
internal sealed class IdentityException(string attribute, string blob, string problem, Exception? error = null) : Exception(problem, error)
{
    public string Attribute => attribute;

    public string Blob => blob;
}
