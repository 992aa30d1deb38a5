namespace SecureStreams.Tokens;

/// <summary>The token that an attempt was made with, as a transport sees it.</summary>
internal interface ITokenUse
{
    /// <summary>The peer does not take the token (401, or its like).</summary>
    /// <param name="canRepeat">Whether nothing but the head of the request was sent, so that it can be made again.</param>
    /// <returns>Whether the transport is to end with the refusal as its failure: the attempt is then made again with another token. Else the refusal is the answer.</returns>
    bool RefusedOnMailbox(bool canRepeat);
}
