//! Who has an account, with the hash of their password. A program with a database has a table for it.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use axum::http::StatusCode;
use serde::Deserialize;
use tokio::task::spawn_blocking;

/// What somebody types in.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
}

/// The accounts. A clone is the same ones.
#[derive(Clone, Default)]
pub(crate) struct Users(Arc<Mutex<HashMap<String, String>>>);

impl Users {
    /// Makes an account, and gives back whose.
    pub(crate) async fn add(&self, form: Credentials) -> Result<String, StatusCode> {
        // NIST SP 800-63B-4, section 3.1.1.2: 15 characters at least where the password is all there is.
        if form.name.is_empty() || form.name.chars().count() > 40 || form.password.chars().count() < 15 {
            return Err(StatusCode::UNPROCESSABLE_ENTITY);
        }
        // Hashing is made to be slow, and would hold up the other requests of its thread.
        let hash = spawn_blocking(move || {
            Argon2::default().hash_password(form.password.as_bytes()).map(|hash| hash.to_string())
        });
        let Ok(Ok(hash)) = hash.await else { return Err(StatusCode::INTERNAL_SERVER_ERROR) };
        match self.hashes().entry(form.name.clone()) {
            Entry::Occupied(_) => Err(StatusCode::CONFLICT),
            Entry::Vacant(place) => {
                place.insert(hash);
                Ok(form.name)
            }
        }
    }

    /// Whose password this is, if it is the right one.
    pub(crate) async fn check(&self, form: Credentials) -> Option<String> {
        let hash = self.hashes().get(&form.name).cloned();
        let is_right = spawn_blocking(move || {
            let (argon2, password) = (Argon2::default(), form.password.as_bytes());
            if let Some(hash) = hash {
                return argon2.verify_password(password, hash.as_str()).is_ok();
            }
            // As slow as a check, so that nobody can measure which names have an account.
            let _ = argon2.hash_password(password);
            false
        });
        is_right.await.unwrap_or(false).then_some(form.name)
    }

    fn hashes(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
